/* Filters: what they leave of the matrix and of the findings. They stand in the page's fragment, after the cell. */

const heading = document.getElementById("findings-title");
const allFindings = heading.textContent;
const kinds = [...document.querySelectorAll("#findings .found, #known .found")].map((item) => ({
  item,
  counts: Boolean(item.closest("#findings")),
  summary: item.querySelector("summary")?.textContent,
  members: item.dataset.cell ? [item] : [...item.querySelectorAll("[data-cell]")],
})).filter(({ members }) => members.length);
const usual = new Set([...form.querySelectorAll("[name=verdict][checked]")].map(({ value }) => value));

for (const button of document.querySelectorAll("main .copy")) {
  button.addEventListener("click", () => copied(button, button.previousElementSibling.textContent));
}

function chosen(name) {
  return new Set([...form.querySelectorAll(`[name=${name}]:checked`)].map((input) => input.value));
}

/* What a term is looked for in: each text once, however many cells share it. */

const lower = (...parts) => parts.join("\n").toLowerCase();
const searched = {
  relay: relays.map((id) => lower(id)),
  operation: operations.map((id) => lower(id)),
  check: checks.map(({ id, title: named, promise }) => lower(id, named, promise)),
  state: run.states.map(([kind, reason]) => lower(run.verdicts[kind], words(reason))),
  found: new Map([...found.keys()].map((number) => [number, lower(...cellOf(number).findings.flatMap((finding) => [
    finding.seen, finding.promised, finding.pointer, finding.severity, finding.acceptance?.reason ?? "",
  ]))])),
};

function finder(term) {
  const has = (texts) => texts.map((each) => each.includes(term));
  const [inRelay, inOperation, inCheck, inState] = [searched.relay, searched.operation, searched.check, searched.state].map(has);
  const inFound = new Set([...searched.found].filter(([, each]) => each.includes(term)).map(([number]) => number));
  return (number, place) => inRelay[place.relay] || inOperation[place.operation] || inCheck[place.check] || inState[states[number]] || inFound.has(number);
}

function filter() {
  const wanted = Object.fromEntries(new FormData(form));
  const shownRelays = chosen("relay");
  const verdicts = chosen("verdict");
  const passing = run.states.map(([kind]) => verdicts.has(run.verdicts[kind]));
  const least = badness.indexOf(wanted.severity);
  const operation = wanted.operation ? operations.indexOf(wanted.operation) : null;
  const terms = wanted.text.toLowerCase().split(/\s+/).filter(Boolean).map(finder);
  const matching = new Uint8Array(states.length);
  let [matches, possible] = [0, 0];
  states.forEach((state, number) => {
    possible += run.verdicts[run.states[state][0]] !== "not applicable";
    if (!passing[state]) return;
    const place = placeOf(number);
    const fitting = shownRelays.has(relays[place.relay]) && (operation === null || place.operation === operation)
      && (least < 0 || worstOf(number) >= least) && terms.every((term) => term(number, place));
    matching[number] = fitting;
    matches += fitting;
  });
  const narrow = Boolean(operation !== null || least >= 0 || terms.length || [...usual].some((each) => !verdicts.has(each)));
  redraw(run.columns.filter((relay) => shownRelays.has(relays[relay])), (number) => matching[number] === 1, narrow);
  const findings = list((node) => matching[node.dataset.cell] && badness.indexOf(node.dataset.severity) >= least);
  document.getElementById("empty").hidden = matches > 0;
  document.getElementById("count").textContent = `${matches.toLocaleString("en")} of ${possible.toLocaleString("en")} cells, ${findings.toLocaleString("en")} finding${findings === 1 ? "" : "s"}`;
}

/* The list of findings: a kind is told by the first of its findings that the filters leave. */

function list(keeps) {
  let [findings, all] = [0, 0];
  for (const { item, members, counts, summary } of kinds) {
    const kept = members.filter(keeps);
    for (const member of members) member.hidden = !kept.includes(member);
    item.hidden = !kept.length;
    if (counts) findings += kept.length;
    if (counts) all += members.length;
    if (members[0] !== item && kept.length) retell(item, kept, kept.length < members.length ? `${kept.length} of ${members.length} findings of this kind` : summary);
  }
  heading.textContent = (findings === all ? "" : `${findings.toLocaleString("en")} of `) + allFindings;
  return findings;
}

function retell(item, kept, summary) {
  const number = Number(kept[0].dataset.cell);
  const finding = cellOf(number).findings[kept[0].dataset.finding];
  const more = kept.length - 1;
  item.querySelector(".what a").href = `#${addressOf(number)}`;
  item.querySelector(".where").textContent = `${finding.relay} · ${finding.operation}`;
  item.querySelector(".more").textContent = more ? `and ${more.toLocaleString("en")} more like it` : "";
  item.querySelector(".told").textContent = visible(finding.seen);
  item.querySelector(".command code")?.replaceChildren(...unbroken(finding.reproduce));
  const all = item.querySelector("details");
  all.hidden = !more;
  all.firstElementChild.textContent = summary;
}

/* The fragment: a cell's address, then what the filters say where that is not the usual. */

function here(number = shown) {
  const query = new URLSearchParams();
  for (const name of ["text", "operation", "severity"]) if (form.elements[name].value) query.set(name, form.elements[name].value);
  for (const name of ["relay", "verdict"]) {
    const inputs = [...form.querySelectorAll(`[name=${name}]`)];
    if (inputs.every((input) => input.checked === input.defaultChecked)) continue;
    inputs.filter((input) => input.checked).forEach((input) => query.append(name, input.value));
    if (!query.has(name)) query.append(name, "");
  }
  const fragment = (number === null ? "" : addressOf(number)) + (String(query) ? `?${query}` : "");
  return fragment ? `#${fragment}` : location.pathname + location.search;
}

function take(fragment) {
  const query = new URLSearchParams(fragment.split("?").slice(1).join("?"));
  form.reset();
  for (const name of ["text", "operation", "severity"]) form.elements[name].value = query.get(name) || "";
  for (const name of ["operation", "severity"]) if (form.elements[name].selectedIndex < 0) form.elements[name].value = "";
  for (const name of ["relay", "verdict"]) {
    if (!query.has(name)) continue;
    for (const input of form.querySelectorAll(`[name=${name}]`)) input.checked = query.getAll(name).includes(input.value);
  }
}

let later = 0;

function noted() {
  clearTimeout(later);
  later = 0;
  history.replaceState(null, "", here());
}

form.addEventListener("input", () => {
  filter();
  clearTimeout(later);
  later = setTimeout(noted, 200); // browsers refuse a page that writes its address at every key
});
form.addEventListener("change", () => { if (later) noted(); });
form.addEventListener("submit", (event) => event.preventDefault());
document.getElementById("all").addEventListener("click", () => {
  form.reset();
  filter();
  foldAll(long);
  noted();
});

/* Show what the fragment says. */

function sync() {
  const fragment = location.hash.slice(1);
  const number = addressed(fragment);
  take(number !== null || fragment.startsWith("?") ? fragment : "");
  filter();
  if (number !== null) show(number);
  else if (panel.open) panel.close();
}

addEventListener("popstate", sync);
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  focusOn(tabStop);
});

const most = 40 * relays.length; // cells that are shown unfolded at first
const long = states.reduce((sum, state) => sum + usual.has(run.verdicts[run.states[state][0]]), 0) > most;
for (const group of groups) fold(group, long);
sync();
