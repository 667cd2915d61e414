/* The panel: one cell's promise, what was seen, and how to see it again. */

function command(title, line) {
  if (!line) return null;
  // An option stays together: a browser would break its line between the hyphens and the name.
  const parts = visible(line).split(/(--[\w-]+)/).map((part) => (part.startsWith("--") ? make("span", { class: "option" }, part) : part));
  return make("div", {}, make("h4", {}, title), make("div", { class: "command" }, make("code", {}, ...parts), copier(line, `Copy: ${title}`)));
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
  const general = checks.get(finding.check).promise;
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

function neighbours(td) {
  const row = td.parentElement;
  const links = [...row.querySelectorAll("td[data-cell]")].map((other) => {
    const cell = run.cells[other.dataset.cell];
    const link = make("a", { href: `#${other.id}`, "aria-current": other === td && "true" }, make("span", {}, cell.relay), verdict(cell));
    link.addEventListener("click", (event) => follow(event, other));
    return make("li", {}, link);
  });
  return make("ul", { class: "elsewhere" }, ...links);
}

function outcome(cell) {
  const words = { pass: "The promise was kept.", "not tested": "This was not tested, so nothing is known.", "not applicable": said(cell) === "not offered" ? "The relay does not offer this operation." : "This does not apply." };
  const extra = Object.entries(cell.extra);
  return [
    cell.findings.length || !words[cell.verdict] ? null : make("p", {}, words[cell.verdict]),
    cell.reason ? make("p", { class: "seen" }, (["pass", "finding"].includes(cell.verdict) ? "" : "Why: ") + visible(cell.reason)) : null,
    ...cell.findings.map(evidence),
    extra.length ? make("h3", {}, "Also noted") : null,
    extra.length ? headers(extra) : null,
  ];
}

function show(td) {
  const cell = run.cells[td.dataset.cell];
  const check = checks.get(cell.check);
  const order = cells.filter((other) => run.cells[other.dataset.cell].findings.length);
  const place = cells.indexOf(td);
  const before = order.filter((other) => cells.indexOf(other) < place).pop();
  const after = order.find((other) => cells.indexOf(other) > place);
  const step = (label, target) => make("button", { type: "button", disabled: !target, click: () => go(target) }, label);
  const heading = make("h2", { id: "panel-title", tabindex: "-1" }, visible(check.title));
  panel.replaceChildren(make("div", { class: "sheet" },
    make("header", {},
      make("div", { class: "tools" },
        make("p", { class: "where" }, `${cell.relay} · ${cell.operation}`),
        step("Previous finding", before), step("Next finding", after),
        make("button", { type: "button", click: () => panel.close() }, "Close")),
      heading,
      make("div", { class: "state" }, verdict(cell), make("code", {}, cell.check), make("span", {}, costs[check.cost]),
        cell.requests === null ? null : make("span", {}, `${cell.requests} request${cell.requests === 1 ? "" : "s"}`))),
    make("h3", {}, "The promise"), make("p", {}, visible(check.promise || "No promise was recorded.")),
    make("h3", {}, "What was seen"), ...outcome(cell).filter(Boolean),
    make("h3", {}, "The same question elsewhere"), neighbours(td)));
  cells.forEach((other) => other.classList.toggle("current", other === td));
  if (!panel.open) panel.showModal();
  panel.scrollTop = 0;
  heading.focus();
}

/* A cell's address is the fragment of the page, so that a link, a reload and the back button all work. */

function addressed() {
  const id = location.hash.slice(1);
  const target = id && document.getElementById(id);
  return target && target.dataset.cell ? target : null;
}

function go(td) {
  history.pushState(null, "", `#${td.id}`);
  reveal(td);
  show(td);
}

function follow(event, td) {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  go(td);
}

function sync() {
  const td = addressed();
  if (td) {
    reveal(td);
    show(td);
  } else if (panel.open) panel.close();
}

panel.addEventListener("close", () => {
  const td = document.querySelector("td.current");
  if (addressed()) history.pushState(null, "", location.pathname + location.search);
  if (!td) return;
  td.classList.remove("current");
  focusOn(td.querySelector("a"));
});
panel.addEventListener("click", (event) => {
  if (event.target === panel) panel.close();
});
addEventListener("popstate", sync);
document.addEventListener("click", (event) => {
  const link = event.target.closest("main a[href^='#']");
  const td = link && document.getElementById(link.hash.slice(1));
  if (td && td.dataset.cell) follow(event, td);
});
