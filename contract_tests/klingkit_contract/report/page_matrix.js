/* The matrix: an operation's row is on the page already, the rows of its checks are made when they come into view. */

const box = document.getElementById("matrix");
const unfold = document.getElementById("unfold");
const groups = [...table.tBodies].map((body, operation) => ({ body, operation, folded: true, drawn: false, first: 0, checks: [] }));
let visibleRelays = [];
let fits = () => true; // whether a cell passes the filters

table.setAttribute("role", "grid");
table.tHead.rows[0].setAttribute("aria-rowindex", 1);
for (const group of groups) {
  const name = group.body.querySelector(".name");
  group.fold = make("button", { type: "button", class: "fold", "aria-expanded": "false", tabindex: "-1" });
  name.replaceWith(group.fold);
  group.fold.append(name);
}

function nameOf({ id, title: named, cost }) {
  const extra = { query: "reads", paid: "paid" }[cost];
  return make("th", { scope: "row" }, make("span", {}, visible(named)), make("code", {}, id), extra ? make("span", { class: "cost" }, extra) : null);
}

function drawCell(number, check) {
  const cell = cellOf(number);
  const { kind, label, spoken } = wordsOf(cell);
  const link = make("a", { href: `#${addressOf(number)}`, tabindex: "-1", "aria-label": `${cell.relay}, ${check.title}: ${spoken}${label}` }, badge(kind, signs[cell.verdict], short[label] || label));
  return make("td", { class: [fits(number) ? "" : "other-match", number === shown ? "current" : ""].join(" ").trim() || false, "data-cell": number }, link);
}

function drawRow(operation, check) {
  const cells = visibleRelays.map((relay) => drawCell(numberOf(relay, operation, check), checks[check]));
  return make("tr", { class: "check" }, nameOf(checks[check]), ...cells);
}

const watcher = new IntersectionObserver((entries) => {
  for (const entry of entries) if (entry.isIntersecting) draw(groups[entry.target.dataset.group]);
}, { root: box, rootMargin: "600px 0px" });

function clear(group) {
  for (const row of [...group.body.rows].slice(1)) {
    watcher.unobserve(row);
    row.remove();
  }
  group.drawn = false;
}

/* Make the rows of an unfolded operation. */

function draw(group) {
  if (group.folded || group.drawn || group.body.hidden) return;
  clear(group);
  group.body.append(...group.checks.map((check) => drawRow(group.operation, check)));
  group.drawn = true;
  numberRows(group);
}

/* Keep the room of rows that nobody sees yet. */

function hold(group) {
  clear(group);
  if (group.folded || group.body.hidden) return;
  const room = make("td", { colspan: visibleRelays.length + 1 });
  room.style.height = `${group.checks.length * 3.5}rem`;
  const row = make("tr", { class: "room", "aria-hidden": "true", "data-group": group.operation }, room);
  group.body.append(row);
  watcher.observe(row);
}

function fold(group, folded) {
  group.folded = folded;
  group.body.classList.toggle("folded", folded);
  group.fold.setAttribute("aria-expanded", String(!folded));
}

function toggle(group, folded = !group.folded) {
  fold(group, folded);
  clear(group);
  draw(group);
  settle();
}

function foldAll(folded) {
  for (const group of groups) {
    fold(group, folded);
    hold(group);
  }
  settle();
}

/* What follows from what is folded: the button's label, and each row's number, for not all rows are on the page. */

function settle() {
  const shownGroups = groups.filter((group) => !group.body.hidden);
  unfold.textContent = shownGroups.some((group) => group.folded) ? "Unfold all" : "Fold all";
  let last = 1; // the row of the relays
  for (const group of shownGroups) {
    group.first = last + 1;
    last += 1 + (group.folded ? 0 : group.checks.length);
    numberRows(group);
  }
  table.setAttribute("aria-rowcount", last);
}

function numberRows(group) {
  [...group.body.rows].forEach((row, at) => row.setAttribute("aria-rowindex", group.first + at));
}

table.addEventListener("click", (event) => {
  const head = event.target.closest(".head");
  if (head) toggle(groups.find((group) => group.body === head.parentElement));
});
unfold.addEventListener("click", () => foldAll(unfold.textContent === "Fold all"));
addEventListener("beforeprint", () => groups.forEach(draw));

function mark(number) {
  for (const td of table.querySelectorAll("td.current")) td.classList.remove("current");
  if (number !== null) table.querySelector(`td[data-cell="${number}"]`)?.classList.add("current");
}

/* The rows that the filters leave. `narrow`: they leave so little that it can be shown unfolded. */

function redraw(relaysShown, passes, narrow) {
  visibleRelays = relaysShown;
  fits = passes;
  table.style.setProperty("--relays", visibleRelays.length);
  const hiddenColumns = run.columns.map((relay) => !visibleRelays.includes(relay));
  const heads = [table.tHead.rows[0], ...groups.map((group) => group.body.rows[0])];
  for (const row of heads) hiddenColumns.forEach((hidden, at) => { row.cells[at + 1].hidden = hidden; });
  for (const group of groups) {
    group.checks = checks.map((_, check) => check)
      .filter((check) => visibleRelays.some((relay) => fits(numberOf(relay, group.operation, check))));
    group.body.hidden = !group.checks.length;
    if (narrow && group.checks.length) fold(group, false);
    hold(group);
  }
  settle();
  if (!tabStop?.isConnected || tabStop.closest("[hidden]")) focusable(groups.find((group) => !group.body.hidden)?.fold);
}

/* Arrow keys: the matrix is one stop of the Tab key. */

let tabStop = null; // the one element of it that Tab reaches
let column = 0;

function stopsOf(row) {
  return [...row.querySelectorAll(".fold, td > a")];
}

function focusable(node) {
  if (tabStop) tabStop.tabIndex = -1;
  tabStop = node || null;
  if (tabStop) tabStop.tabIndex = 0;
}

function focusBack(node) {
  if (table.contains(node)) focusable(node);
  node.focus();
}

function focusOn(node) {
  if (node) focusBack(node);
}

/* Where the focus goes for a cell: to it or, where the filters hide it, to its operation or whatever there is. */

function stopFor(number) {
  const group = groups[placeOf(number).operation];
  if (group.body.hidden) return tabStop;
  if (group.folded) toggle(group, false);
  draw(group);
  return group.body.querySelector(`td[data-cell="${number}"] > a`) || group.fold;
}

function rowBeside(row, step) {
  const group = groups.find(({ body }) => body === row.parentElement);
  draw(group);
  const near = step > 0 ? row.nextElementSibling : row.previousElementSibling;
  if (near) return near;
  const shown = groups.filter(({ body }) => !body.hidden);
  const next = shown[shown.indexOf(group) + step];
  if (!next) return null;
  draw(next);
  return step > 0 ? next.body.rows[0] : next.body.lastElementChild;
}

function edge(last) {
  const shown = groups.filter(({ body }) => !body.hidden);
  const group = shown[last ? shown.length - 1 : 0];
  draw(group);
  return last ? group.body.lastElementChild : group.body.rows[0];
}

table.addEventListener("keydown", (event) => {
  const row = event.target.closest("tr");
  if (!row || event.altKey || event.metaKey || event.shiftKey) return;
  const across = stopsOf(row);
  const at = across.indexOf(event.target);
  const onFold = event.target.classList.contains("fold");
  const group = groups.find(({ body }) => body === row.parentElement);
  const into = (other) => {
    const there = other ? stopsOf(other) : [];
    return there[Math.min(column, there.length - 1)];
  };
  const steps = {
    ArrowRight: () => (onFold && group.folded ? toggle(group) : across[at + 1]),
    ArrowLeft: () => (onFold && !group.folded ? toggle(group) : across[at - 1]),
    ArrowDown: () => into(rowBeside(row, 1)),
    ArrowUp: () => into(rowBeside(row, -1)),
    Home: () => (event.ctrlKey ? into(edge(false)) : across[0]),
    End: () => (event.ctrlKey ? into(edge(true)) : across[across.length - 1]),
  };
  if (!steps[event.key] || (event.ctrlKey && event.key.startsWith("Arrow"))) return;
  event.preventDefault();
  const target = steps[event.key]();
  if (!target) return;
  if (["ArrowRight", "ArrowLeft", "Home", "End"].includes(event.key)) column = stopsOf(target.closest("tr")).indexOf(target);
  focusOn(target);
});
table.addEventListener("focusin", (event) => {
  if (!event.target.closest("td > a, .fold")) return;
  focusable(event.target);
  if (!event.target.classList.contains("fold")) column = stopsOf(event.target.closest("tr")).indexOf(event.target);
});
