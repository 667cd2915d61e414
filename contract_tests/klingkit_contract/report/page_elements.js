/* Elements: text stays text, whoever wrote it. */

const form = document.getElementById("filters");
const table = document.querySelector("#matrix table");
const panel = document.getElementById("panel");
const signs = { pass: "✓", finding: "✗", "known deviation": "≈", "not tested": "–", "not applicable": "·" };
const short = { "not applicable": "n/a", "known deviation": "known" };
const costs = { free: "free to ask", query: "only reads", paid: "creates a paid task" };
document.documentElement.classList.add("on");

function make(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "click") node.addEventListener("click", value);
    else if (value !== false) node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== ""));
  return node;
}

function visible(text) {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, (found) => (found === "\r" ? "" : "\ufffd"));
}

function badge(word, sign, label = word) {
  const mark = make("span", { "aria-hidden": "true" }, sign);
  return make("span", { class: `badge ${word.replace(/[^a-z]/g, "-")}` }, mark, ` ${label}`);
}

/* A cell in words: the worst severity and how many more findings there are, or the verdict. */

function wordsOf(cell) {
  const fresh = cell.findings.filter((finding) => !finding.acceptance);
  if (cell.verdict === "finding" && fresh.length) {
    const worst = badness[Math.max(...fresh.map((finding) => badness.indexOf(finding.severity)))];
    return { kind: worst, label: worst + (fresh.length > 1 ? ` +${fresh.length - 1}` : ""), spoken: "finding, " };
  }
  const offered = cell.verdict !== "not applicable" || !/\bdo(es)? not (offer|have)\b/.test(cell.reason);
  return { kind: cell.verdict, label: offered ? cell.verdict : "not offered", spoken: "" };
}

function verdict(cell) {
  const { kind, label } = wordsOf(cell);
  return badge(kind, signs[cell.verdict], label);
}

/* Copying works from file:// as well, where a page may not be trusted with the clipboard. */

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = make("textarea", { class: "copying", readonly: true });
    area.value = text;
    (panel.open ? panel : document.body).append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
}

function copier(text, label) {
  return make("button", { type: "button", class: "copy", "aria-label": label, click: (event) => copied(event.currentTarget, text) }, "Copy");
}

async function copied(button, text) {
  await copy(text);
  button.focus();
  button.textContent = "Copied";
  const name = button.getAttribute("aria-label");
  button.setAttribute("aria-label", "Copied");
  setTimeout(() => {
    button.textContent = "Copy";
    button.setAttribute("aria-label", name);
  }, 1600);
}

/* JSON is laid out token by token: reading numbers would round task ids of nineteen digits. */

function laidOut(text) {
  try {
    JSON.parse(text);
  } catch {
    return [visible(text)];
  }
  const parts = [];
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g) || [];
  let depth = 0;
  const line = () => `\n${"  ".repeat(depth)}`;
  tokens.forEach((token, index) => {
    const empty = (token === "{" || token === "[") && "}]".includes(tokens[index + 1]);
    const closing = (token === "}" || token === "]") && !"{[".includes(tokens[index - 1]);
    if (token === "{" || token === "[") {
      depth += 1;
      parts.push(token, empty ? "" : line());
    } else if (token === "}" || token === "]") {
      depth -= 1;
      parts.push(closing ? line() : "", token);
    } else if (token === ",") parts.push(token, line());
    else if (token === ":") parts.push(": ");
    else {
      const quoted = token[0] === '"';
      const kind = !quoted ? "value" : tokens[index + 1] === ":" ? "key" : "string";
      // Chinese that a relay escaped is shown as the characters it stands for.
      parts.push(make("span", { class: kind }, visible(quoted ? JSON.stringify(JSON.parse(token)) : token)));
    }
  });
  return parts;
}
