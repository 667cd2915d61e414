"use strict";

/* The run. Texts are written once and named by number, cells are runs of states; html_data.py says how. */

const run = JSON.parse(document.getElementById("data").textContent);
const words = (number) => run.texts[number];
const relays = run.relays.map(words);
const operations = run.operations.map(words);
const checks = run.checks;
const badness = run.severities;
const states = new Uint32Array(relays.length * operations.length * checks.length);
for (let next = 0, at = 0; next < run.cells.length; next += 2) {
  states.fill(run.cells[next], at, at + run.cells[next + 1]);
  at += run.cells[next + 1];
}
const found = new Map(Object.entries(run.found).map(([number, findings]) => [Number(number), findings]));

function numberOf(relay, operation, check) {
  return (relay * operations.length + operation) * checks.length + check;
}

function placeOf(number) {
  const row = Math.floor(number / checks.length);
  return { relay: Math.floor(row / operations.length), operation: row % operations.length, check: number % checks.length };
}

function pairs(list) {
  return Array.from({ length: list.length / 2 }, (_, at) => [words(list[2 * at]), words(list[2 * at + 1])]);
}

function exchangeOf([method, url, sent, asked, status, got, answered, note]) {
  return {
    method: words(method), url: words(url), request_headers: pairs(sent), request_body: words(asked),
    status, response_headers: pairs(got), response_body: words(answered), note: words(note),
  };
}

function findingOf([severity, promised, pointer, seen, reproduce, curl, exchange, signature, acceptance, since], place) {
  return {
    ...place, severity: badness[severity], promised: words(promised), pointer: words(pointer), seen: words(seen),
    reproduce: words(reproduce), curl: words(curl), exchange: exchange && exchangeOf(exchange), signature: words(signature),
    acceptance: acceptance && { reason: acceptance[0], since: acceptance[1], until: acceptance[2] },
    since: since && { first: since[0], last: since[1], runs: since[2] },
  };
}

/* A cell as matrix.json has it. */

function cellOf(number) {
  const { relay, operation, check } = placeOf(number);
  const [verdict, reason, requests, extra] = run.states[states[number]];
  const place = { relay: relays[relay], operation: operations[operation], check: checks[check].id };
  return {
    ...place, verdict: run.verdicts[verdict], reason: words(reason), requests, extra: Object.fromEntries(pairs(extra)),
    findings: (found.get(number) || []).map((packed) => findingOf(packed, place)),
  };
}

/* How bad a cell is: the worst of its findings that count or, where all are accepted, of those; -1 without any. */

function worstOf(number) {
  const findings = found.get(number) || [];
  const fresh = findings.filter((packed) => !packed[8]);
  return Math.max(-1, ...(fresh.length ? fresh : findings).map((packed) => packed[0]));
}

/* A cell's address is the start of the page's fragment, so that a link, a reload and the back button all work. */

function addressOf(number) {
  const { relay, operation, check } = placeOf(number);
  return [relays[relay], operations[operation], checks[check].id].map(quoted).join("/");
}

// As Python's quote does it: a few characters more than encodeURIComponent.
function quoted(part) {
  return encodeURIComponent(part).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
}

const addresses = { relay: new Map(relays.map((id, at) => [quoted(id), at])), operation: new Map(operations.map((id, at) => [quoted(id), at])), check: new Map(checks.map(({ id }, at) => [quoted(id), at])) };

function addressed(fragment) {
  const parts = fragment.split("?")[0].split("/");
  const [relay, operation, check] = [addresses.relay.get(parts[0]), addresses.operation.get(parts[1]), addresses.check.get(parts[2])];
  return parts.length === 3 && ![relay, operation, check].includes(undefined) ? numberOf(relay, operation, check) : null;
}
