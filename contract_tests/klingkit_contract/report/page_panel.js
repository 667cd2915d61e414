/* The panel: one cell's promise, what was seen, and how to see it again. */

// An option stays together: a browser would break its line between the hyphens and the name.
function unbroken(line) {
  return visible(line).split(/(--[\w-]+)/).map((part) => (part.startsWith("--") ? make("span", { class: "option" }, part) : part));
}

function command(title, line) {
  if (!line) return null;
  return make("div", {}, make("h4", {}, title), make("div", { class: "command" }, make("code", {}, ...unbroken(line)), copier(line, `Copy: ${title}`)));
}

function headers(pairs) {
  if (!pairs.length) return null;
  const rows = pairs.map(([name, value]) => make("tr", {}, make("th", { scope: "row" }, visible(name)), make("td", {}, visible(value))));
  return make("div", { class: "part" }, make("table", { class: "headers" }, make("tbody", {}, ...rows)));
}

function body(text, label) {
  if (!text) return null;
  const head = make("div", { class: "line" }, make("h4", {}, label), copier(text, `Copy: ${label}`));
  const shown = make("pre", { class: "body", tabindex: "0", "aria-label": label }, ...laidOut(text));
  return make("div", { class: "part" }, head, shown);
}

function exchange(found) {
  const nothing = (parts) => (parts.some(Boolean) ? [] : [make("div", { class: "part note" }, "No headers and no body were recorded.")]);
  const sent = [headers(found.request_headers), body(found.request_body, "Body of the request")];
  const got = [headers(found.response_headers), body(found.response_body, "Body of the answer")];
  const status = found.status ? `HTTP ${found.status}` : "none came";
  return make("div", {},
    make("h4", {}, "Exchange"),
    found.note ? make("p", { class: "note" }, visible(found.note)) : null,
    make("details", { open: true }, make("summary", {}, "Request ", make("code", {}, `${found.method} ${visible(found.url)}`)), ...nothing(sent), ...sent.filter(Boolean)),
    make("details", { open: true }, make("summary", {}, "Answer ", make("code", {}, status)), ...(found.status ? nothing(got) : []), ...got.filter(Boolean)));
}

function sightings({ first, last, runs }) {
  const day = (moment) => moment.slice(0, 10);
  if (!last) return `First seen in this run, ${day(first)}.`;
  return `First seen ${day(first)}, last ${day(last)}, in ${runs} runs.`;
}

function acceptance({ reason, since, until }) {
  return `${visible(reason)} (since ${since}${until ? `, until ${until}` : ""})`;
}

function evidence(finding, index, all) {
  const general = checks.find(({ id }) => id === finding.check).promise;
  const own = finding.promised !== general;
  return make("article", {},
    all.length > 1 ? make("h3", {}, `Finding ${index + 1} of ${all.length}`, finding.acceptance ? badge("known deviation", "≈") : badge(finding.severity, signs.finding)) : null,
    own ? make("h4", {}, "Promised") : null, own ? make("p", { class: "seen" }, visible(finding.promised)) : null,
    finding.acceptance ? make("h4", {}, "Accepted") : null, finding.acceptance ? make("p", { class: "seen" }, acceptance(finding.acceptance)) : null,
    own || finding.acceptance ? make("h4", {}, "Seen") : null, make("p", { class: "seen" }, visible(finding.seen)),
    finding.since ? make("p", { class: "note" }, sightings(finding.since)) : null,
    finding.pointer ? make("h4", {}, `Where the promise stands, in ${finding.relay}.openapi.yaml`) : null,
    finding.pointer ? make("div", { class: "command" }, make("code", {}, visible(finding.pointer)), copier(finding.pointer, "Copy the pointer")) : null,
    command("Reproduce", finding.reproduce),
    command("The same with cURL", finding.curl),
    finding.exchange ? exchange(finding.exchange) : null);
}

function neighbours(number) {
  const { operation, check } = placeOf(number);
  const links = run.columns.map((relay) => {
    const other = numberOf(relay, operation, check);
    const parts = [make("span", {}, relays[relay]), verdict(cellOf(other))];
    return make("li", {}, make("a", { href: `#${addressOf(other)}`, "aria-current": other === number && "true" }, ...parts));
  });
  return make("ul", { class: "elsewhere" }, ...links);
}

function outcome(cell) {
  const words = { pass: "The promise was kept.", "not tested": "This was not tested, so nothing is known.", "not applicable": wordsOf(cell).label === "not offered" ? "The relay does not offer this operation." : "This does not apply." };
  const extra = Object.entries(cell.extra);
  return [
    cell.findings.length || !words[cell.verdict] ? null : make("p", {}, words[cell.verdict]),
    cell.reason ? make("p", { class: "seen" }, (["pass", "finding"].includes(cell.verdict) ? "" : "Why: ") + visible(cell.reason)) : null,
    ...cell.findings.map(evidence),
    extra.length ? make("h3", {}, "Also noted") : null,
    extra.length ? headers(extra) : null,
  ];
}

/* The cells with findings, in the order of the page: operation, check, relay. */

const stations = [...found.keys()].sort((one, other) => {
  const [a, b] = [placeOf(one), placeOf(other)];
  return a.operation - b.operation || a.check - b.check || run.columns.indexOf(a.relay) - run.columns.indexOf(b.relay);
});

function beside(number, step) {
  const at = stations.indexOf(number);
  if (at >= 0) return stations[at + step];
  const { operation, check } = placeOf(number);
  const later = (one) => placeOf(one).operation - operation || placeOf(one).check - check || 1;
  const next = stations.findIndex((one) => later(one) > 0);
  const first = next < 0 ? stations.length : next;
  return stations[step > 0 ? first : first - 1];
}

let shown = null; // the number of the cell that the panel shows
let opener = null; // where the focus was before, and for which cell

function show(number) {
  const cell = cellOf(number);
  const check = checks[placeOf(number).check];
  const step = (label, target) => make("button", { type: "button", disabled: target === undefined, click: () => go(target) }, label);
  const heading = make("h2", { id: "panel-title", tabindex: "-1" }, visible(check.title));
  panel.replaceChildren(make("div", { class: "sheet" },
    make("header", {},
      make("div", { class: "tools" },
        make("p", { class: "where" }, `${cell.relay} · ${cell.operation}`),
        step("Previous finding", beside(number, -1)), step("Next finding", beside(number, 1)),
        make("button", { type: "button", click: () => panel.close() }, "Close")),
      heading,
      make("div", { class: "state" }, verdict(cell), make("code", {}, cell.check), make("span", {}, costs[check.cost]),
        cell.requests === null ? null : make("span", {}, `${cell.requests} request${cell.requests === 1 ? "" : "s"}`))),
    make("h3", {}, "The promise"), make("p", {}, visible(check.promise || "No promise was recorded.")),
    make("h3", {}, "What was seen"), ...outcome(cell).filter(Boolean),
    make("h3", {}, "The same question elsewhere"), neighbours(number)));
  if (!panel.open) {
    opener = { node: document.activeElement, number };
    panel.showModal();
  }
  shown = number;
  mark(number);
  document.title = `${check.title}: ${cell.relay}, ${cell.operation} – klingkit`;
  panel.scrollTop = 0;
  heading.focus();
}

const title = document.title;

panel.addEventListener("close", () => {
  const number = shown;
  shown = null;
  mark(null);
  document.title = title;
  if (addressed(location.hash.slice(1)) !== null) history.pushState(null, "", here());
  // Back to where it was opened; after steps to other cells, to the last of them.
  const { node, number: first } = opener || {};
  if (number === first && node && node !== document.body && node.isConnected && node.checkVisibility()) focusBack(node);
  else focusOn(stopFor(number));
});
panel.addEventListener("click", (event) => {
  if (event.target === panel) panel.close();
});

/* On paper a modal dialog is nothing but its veil, so a copy of the panel is printed. */

addEventListener("beforeprint", () => {
  if (!panel.open) return;
  const sheet = panel.firstElementChild.cloneNode(true);
  for (const node of sheet.querySelectorAll("[id]")) node.removeAttribute("id");
  document.body.append(make("div", { class: "paper", "aria-hidden": "true" }, sheet));
});
addEventListener("afterprint", () => document.querySelector(".paper")?.remove());

/* Moving between cells. */

function go(number) {
  history.pushState(null, "", here(number));
  show(number);
}

document.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button) return;
  const link = event.target.closest("a[href^='#']");
  const number = link && addressed(link.hash.slice(1));
  if (!link || number === null) return;
  event.preventDefault();
  go(number);
});
