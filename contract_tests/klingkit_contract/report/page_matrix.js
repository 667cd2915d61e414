/* Folding: an operation's row sums its checks up. */

function fold(group, folded) {
  group.classList.toggle("folded", folded);
  group.querySelector(".fold").setAttribute("aria-expanded", String(!folded));
}

function foldAll(folded) {
  groups.forEach((group) => fold(group, folded));
  label();
}

function label() {
  const shown = groups.filter((group) => !group.hidden);
  unfold.textContent = shown.some((group) => group.classList.contains("folded")) ? "Unfold all" : "Fold all";
}

function reveal(td) {
  const row = td.parentElement;
  if (row.hidden || td.hidden || row.parentElement.hidden) {
    form.reset();
    for (const box of form.elements.verdict) box.checked = true;
    filter();
  }
  fold(row.parentElement, false);
  label();
}

table.addEventListener("click", (event) => {
  const head = event.target.closest(".head");
  if (!head) return;
  fold(head.parentElement, !head.parentElement.classList.contains("folded"));
  label();
});
unfold.addEventListener("click", () => foldAll(unfold.textContent === "Fold all"));

/* Filters. */

function chosen(name) {
  return new Set([...form.querySelectorAll(`[name=${name}]:checked`)].map((box) => box.value));
}

const words = cells.map((td) => {
  const cell = run.cells[td.dataset.cell];
  const check = checks.get(cell.check);
  const found = cell.findings.flatMap((finding) => [finding.seen, finding.promised, finding.pointer, finding.severity, finding.acceptance?.reason ?? ""]);
  return [cell.relay, cell.operation, cell.verdict, cell.reason, check.id, check.title, check.promise, ...found].join("\n").toLowerCase();
});

const usual = form.querySelectorAll("[name=verdict][checked]").length;

function filter() {
  const relays = chosen("relay");
  const verdicts = chosen("verdict");
  const { operation, severity, text } = Object.fromEntries(new FormData(form));
  const least = badness.indexOf(severity);
  const terms = text.toLowerCase().split(/\s+/).filter(Boolean);
  const narrow = Boolean(operation || severity || terms.length || verdicts.size < usual);
  const matching = new Set();
  let possible = 0;
  cells.forEach((td, index) => {
    const cell = run.cells[td.dataset.cell];
    td.hidden = !relays.has(cell.relay);
    possible += cell.verdict !== "not applicable";
    const fits = !td.hidden && verdicts.has(cell.verdict) && (!operation || cell.operation === operation)
      && (!severity || worst(cell) >= least) && terms.every((term) => words[index].includes(term));
    if (fits) matching.add(td);
    td.classList.toggle("other-match", !fits);
  });
  table.style.setProperty("--relays", relays.size);
  for (const node of table.querySelectorAll("th[data-relay], td.sum")) node.hidden = !relays.has(node.dataset.relay);
  for (const group of groups) {
    let any = false;
    for (const row of group.querySelectorAll(".check")) {
      row.hidden = ![...row.cells].some((td) => matching.has(td));
      any ||= !row.hidden;
    }
    group.hidden = !any;
    if (narrow && any) fold(group, false);
  }
  const numbers = new Set([...matching].map((td) => td.dataset.cell));
  let findings = 0;
  for (const item of listed) {
    item.hidden = !numbers.has(item.dataset.cell) || badness.indexOf(item.dataset.severity) < least;
    findings += !item.hidden;
  }
  for (const item of accepted) item.hidden = !numbers.has(item.dataset.cell) || badness.indexOf(item.dataset.severity) < least;
  document.getElementById("empty").hidden = matching.size > 0;
  const shown = findings === listed.length ? "" : `${findings} of `;
  document.getElementById("findings-title").textContent = shown + title;
  document.getElementById("count").textContent = `${matching.size} of ${possible} cells, ${findings} finding${findings === 1 ? "" : "s"}`;
  label();
  stops();
}

form.addEventListener("input", filter);
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("reset", () => setTimeout(() => {
  filter();
  foldAll(long);
}));

/* Arrow keys: the matrix is one stop of the Tab key. */

let column = 0;

function lines() {
  return [...table.querySelectorAll("tbody:not([hidden]) tr:not([hidden])")]
    .filter((row) => row.classList.contains("head") || !row.parentElement.classList.contains("folded"));
}

function stopsOf(row) {
  return [...row.querySelectorAll(".fold, td:not([hidden]) > a")];
}

function stops() {
  const all = [...table.querySelectorAll(".fold, td[data-cell] > a")];
  all.forEach((stop) => { stop.tabIndex = -1; });
  const first = lines()[0];
  if (first) stopsOf(first)[0].tabIndex = 0;
}

function focusOn(stop) {
  for (const other of table.querySelectorAll("[tabindex='0']")) other.tabIndex = -1;
  stop.tabIndex = 0;
  stop.focus();
}

table.addEventListener("keydown", (event) => {
  const row = event.target.closest("tr");
  if (!row || event.altKey || event.ctrlKey || event.metaKey) return;
  const here = stopsOf(row);
  const at = here.indexOf(event.target);
  const rows = lines();
  const beside = (step) => here[at + step];
  const beyond = (step) => {
    const next = rows[rows.indexOf(row) + step];
    if (!next) return null;
    const there = stopsOf(next);
    return there[Math.min(column, there.length - 1)];
  };
  const target = {
    ArrowRight: () => beside(1), ArrowLeft: () => beside(-1), ArrowDown: () => beyond(1), ArrowUp: () => beyond(-1),
    Home: () => here[0], End: () => here[here.length - 1],
  }[event.key]?.();
  if (target === undefined && !event.key.startsWith("Arrow")) return;
  event.preventDefault();
  if (!target) return;
  if (["ArrowRight", "ArrowLeft", "Home", "End"].includes(event.key)) column = stopsOf(row).indexOf(target);
  focusOn(target);
});
table.addEventListener("focusin", (event) => {
  const stop = event.target;
  if (!stop.classList.contains("fold")) column = stopsOf(stop.closest("tr")).indexOf(stop);
});

const long = table.querySelectorAll(".check").length > 40;
filter();
foldAll(long);
sync();
