/* Every text that is shown: how many there are, and which stand out from their ground by less than 4.5 to 1. */
(() => {
  const read = (text) => { const [r, g, b, a = 1] = text.match(/[\d.]+/g).map(Number); return { c: [r, g, b], a }; };
  const over = (top, under) => top.c.map((one, i) => one * top.a + under[i] * (1 - top.a));
  const ground = (node) => {
    if (!node) return [255, 255, 255];
    const own = read(getComputedStyle(node).backgroundColor);
    return own.a === 1 ? own.c : over(own, ground(node.parentElement));
  };
  const light = (c) => {
    const [r, g, b] = c.map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (one, other) => {
    const [high, low] = [light(one), light(other)].sort((a, b) => b - a);
    return (high + 0.05) / (low + 0.05);
  };
  const faint = [];
  let seen = 0;
  const measure = (node, text, style) => {
    const back = ground(node);
    const found = ratio(over(read(style.color), back), back);
    seen += 1;
    if (found < 4.5 || Number(style.opacity) !== 1) faint.push([text.trim().slice(0, 40), node.className, found]);
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !node.checkVisibility() || !node.getClientRects().length) continue;
    if (["SCRIPT", "STYLE", "NOSCRIPT", "OPTION"].includes(node.tagName) || node.disabled) continue;
    measure(node, walker.currentNode.data, getComputedStyle(node));
  }
  const search = document.querySelector("input[type=search]");
  if (search) measure(search, search.placeholder, getComputedStyle(search, "::placeholder"));
  return { seen, faint };
})()
