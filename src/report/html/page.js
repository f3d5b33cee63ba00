"use strict";
// Builds what is looked at, of the data in the page. Nothing of it is ever parsed as HTML: text nodes only.
(() => {
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const run = read("run");
  const byId = (id) => document.getElementById(id);
  const SVG = "http://www.w3.org/2000/svg";
  const FIRST = 200, MORE = 500;

  function make(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) element.setAttribute(name, value);
    element.append(...children.filter((child) => child !== null && child !== undefined));
    return element;
  }
  function draw(tag, attributes, text) {
    const element = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    if (text !== undefined) element.textContent = text;
    return element;
  }

  // Bytes as they are shown everywhere else: what cannot be seen is escaped.
  function bytesOf(bytes) {
    if (!bytes) return new Uint8Array();
    if (bytes.text !== undefined) return new TextEncoder().encode(bytes.text);
    return Uint8Array.from(atob(bytes.base64 || ""), (c) => c.charCodeAt(0));
  }
  const NAMED = { 9: "\\t", 10: "\\n", 13: "\\r", 92: "\\\\" };
  const hex = (n, width) => n.toString(16).padStart(width, "0");
  // The bytes cut into pieces to be shown, each with the offset where it begins.
  function pieces(bytes) {
    const shown = [];
    for (let at = 0; at < bytes.length; ) {
      const lead = bytes[at];
      const size = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
      let text = null;
      if (size > 1) {
        try { text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes.subarray(at, at + size)); }
        catch { text = null; }
      } else if (lead < 0x80) {
        text = String.fromCharCode(lead);
      }
      if (text === null) {
        shown.push([at, "\\x" + hex(lead, 2)]);
        at += 1;
        continue;
      }
      const code = text.codePointAt(0);
      let view = text;
      if (NAMED[code]) view = NAMED[code];
      else if (code < 0x20 || code === 0x7f) view = "\\x" + hex(code, 2);
      else if (code > 0x7f && /[\p{C}\p{Z}\p{M}]/u.test(text)) view = "\\u{" + code.toString(16) + "}";
      shown.push([at, view]);
      at += size;
    }
    return shown;
  }
  const escaped = (bytes) => pieces(bytes).map(([, view]) => view).join("");
  function cut(text, most) { return [...text].length > most ? [...text].slice(0, most - 1).join("") + "…" : text; }
  function bytesLine(bytes, most) {
    const text = escaped(bytesOf(bytes));
    return cut(bytes.len > bytesOf(bytes).length ? text + "…" : text, most);
  }
  function time(us) {
    if (us < 1000) return us + " µs";
    if (us < 1e6) return (us / 1000).toFixed(1) + " ms";
    return (us / 1e6).toFixed(2) + " s";
  }

  // A part that is left out until it is asked for: a button, whose place it takes.
  function folded(what, fill) {
    const button = make("button", { type: "button", class: "fold" }, "… " + what);
    button.addEventListener("click", () => { const parts = fill(); button.replaceWith(...parts); });
    return button;
  }
  // How many characters of a text stand before and behind the first that differs, how many rows beside one that does, and at first.
  const BEFORE = 120, BEHIND = 400, BESIDE = 2, ROWS = 24, ROW = 8;
  // Which rows of both sides are shown at first, of the number that the longer one has: those that differ, and the rows beside them.
  function rowsShown(mine, other) {
    const shown = new Set();
    for (let i = 0; mine && other && i < Math.max(mine.length, other.length) && shown.size < ROWS; i += 1) {
      if (mine[i] === other[i]) continue;
      const row = Math.floor(i / ROW);
      for (let near = Math.max(0, row - BESIDE); near <= row + BESIDE; near += 1) shown.add(near);
    }
    return shown.size > 0 ? shown : new Set(Array(ROWS).keys());
  }
  // One side of a comparison: its name, its bytes as text, and as hexadecimal digits; what differs is marked.
  function side(name, mine, other, rows, from, total, fallback) {
    const differs = (i) => other !== null && mine[i] !== other[i];
    const head = make("div", { class: name }, make("h3", {}, name === "expected" ? "Expected" : "Received"));
    if (fallback) { head.append(make("p", {}, fallback)); }
    if (mine === null) return [head, make("div", { class: name }), make("div", { class: name })];
    const text = make("div", { class: "mono text " + name, role: "group", "aria-label": name + ", as text" });
    if (mine.length === 0) text.append("(nothing)");
    if (from > 0) text.append("… ");
    const list = pieces(mine);
    const ends = (n) => (n + 1 < list.length ? list[n + 1][0] : mine.length);
    const wrong = (n) => { for (let i = list[n][0]; i < ends(n); i += 1) if (differs(i)) return true; return false; };
    const piecesOf = (start, end) => {
      const parts = [];
      let run = "", marked = false;
      const flush = () => { if (run) parts.push(marked ? make("mark", {}, run) : run); run = ""; };
      for (let n = start; n < end; n += 1) {
        if (wrong(n) !== marked) { flush(); marked = !marked; }
        run += list[n][1];
      }
      flush();
      return parts;
    };
    let first = 0;
    while (first < list.length && !wrong(first)) first += 1;
    if (first === list.length) first = 0;
    const start = first > BEFORE * 2 ? first - BEFORE : 0;
    const end = list.length > start + BEFORE + BEHIND * 2 ? start + BEFORE + BEHIND : list.length;
    const more = (start, end) => folded(ends(end - 1) - list[start][0] + " more bytes", () => piecesOf(start, end));
    if (start > 0) text.append(more(0, start));
    text.append(...piecesOf(start, end));
    if (end < list.length) text.append(more(end, list.length));
    if (total > from + mine.length) text.append("…");

    const dump = make("div", { class: "mono dump " + name, role: "group", "aria-label": name + ", in hexadecimal" });
    const rowOf = (row) => {
      const line = make("div"), start = row * ROW, stop = Math.min(start + ROW, mine.length);
      line.append(hex(from + start, 8) + "  ");
      for (let i = start; i < start + ROW; i += 1) {
        if (i >= mine.length) { line.append("   "); continue; }
        line.append(differs(i) ? make("mark", {}, hex(mine[i], 2)) : hex(mine[i], 2), " ");
      }
      line.append(" ");
      // Neighbours that differ have one mark: two would stand over each other.
      for (let i = start; i < stop; ) {
        const wrong = differs(i);
        let part = "";
        for (; i < stop && differs(i) === wrong; i += 1) {
          part += mine[i] >= 0x20 && mine[i] < 0x7f ? String.fromCharCode(mine[i]) : ".";
        }
        line.append(wrong ? make("mark", {}, part) : part);
      }
      return line;
    };
    const many = Math.ceil(mine.length / ROW);
    for (let row = 0; row < many; ) {
      let end = row;
      while (end < many && !rows.has(end)) end += 1;
      const hidden = Array.from({ length: end - row }, (_, n) => row + n);
      // The button takes a row, too.
      if (hidden.length > 1) dump.append(folded(hidden.length + " more rows", () => hidden.map(rowOf)));
      else dump.append(...hidden.map(rowOf));
      if (end < many) dump.append(rowOf(end));
      row = end + 1;
    }
    return [head, text, dump];
  }
  function comparison(failure) {
    if (!failure.expected && !failure.received) return null;
    const exact = failure.expected && failure.expected.bytes;
    const mine = exact ? bytesOf(exact) : null;
    const came = failure.received ? bytesOf(failure.received) : null;
    const both = mine !== null && came !== null;
    const rows = rowsShown(mine, came);
    return make("div", { class: "sides" },
      ...side("expected", mine, both ? came : null, rows, exact ? exact.from || 0 : 0, exact ? exact.len : 0,
        exact ? null : failure.expected ? failure.expected.words : null),
      ...side("received", came, both ? mine : null, rows, (failure.received || {}).from || 0, (failure.received || {}).len || 0, null));
  }

  // A conversation as a sequence diagram: a line down for each client and one for the server, time runs down.
  const READS = { sent: ["write", "writes"], received: ["read", "reads"] };
  const MOST = 8;
  // The segments of an event, each with when it was there, where it stands among the bytes of its side, and its bytes.
  function segments(event) {
    if (!event.bytes) return [{ at: event.at_us, text: event.words || "" }];
    const bytes = bytesOf(event.bytes), cuts = event.cuts || [], from = event.from;
    const part = (start, end) => {
      const kept = bytes.subarray(start, Math.min(end, bytes.length));
      // In quotes, so that a space at an end of it is seen.
      return '"' + escaped(kept) + (kept.length < end - start ? '…' : '"');
    };
    const range = (start, end) => (from === undefined ? end - start + " B" : (from + start) + "–" + (from + end));
    const shown = cuts.length < MOST && cuts.length + 1 === (event.pieces || 1) ? cuts.length + 1 : Math.min(cuts.length, MOST - 1);
    const list = [];
    for (let n = 0; n < shown; n += 1) {
      const start = n ? cuts[n - 1].offset : 0;
      const end = n < cuts.length ? cuts[n].offset : event.bytes.len;
      list.push({ at: n ? cuts[n - 1].at_us : event.at_us, range: range(start, end), text: part(start, end) });
    }
    const more = (event.pieces || 1) - shown;
    if (more > 0) {
      const last = shown ? cuts[shown - 1] : { offset: 0, at_us: event.at_us };
      const many = more + (shown ? " more " : " ") + READS[event.what][more === 1 ? 0 : 1];
      list.push({ at: last.at_us, range: range(last.offset, event.bytes.len), many: shown > 0 || more > 1 ? many : null, text: part(last.offset, event.bytes.len) });
    }
    return list;
  }
  function words(event) {
    if (!event.bytes) return event.words || "";
    const cuts = (event.cuts || []).map((one) => (event.from || 0) + one.offset);
    const times = event.pieces > 1 ? ", in " + event.pieces + " " + READS[event.what][1] : "";
    const where = cuts.length ? ", cut at " + cuts.join(", ") + (event.pieces - 1 > cuts.length ? " and more" : "") : "";
    const range = event.from === undefined ? event.bytes.len + " bytes" : "bytes " + event.from + " to " + (event.from + event.bytes.len);
    return range + times + where + ": " + bytesLine(event.bytes, Infinity);
  }
  // On a narrow screen the words of an event stand under its arrow, where they are seen without scrolling.
  const narrow = matchMedia("(max-width: 50rem)");
  function diagram(clients, events, here) {
    const isNarrow = narrow.matches;
    const room = Math.max(280, document.documentElement.clientWidth - 48);
    const left = 90, range = isNarrow ? 0 : 104, label = isNarrow ? 48 : 470;
    const gap = isNarrow ? Math.max(70, Math.min(150, (room - left - label) / clients.length)) : 150;
    const server = left + clients.length * gap;
    const width = server + range + label;
    const under = isNarrow ? 17 : 0, most = isNarrow ? Math.floor((width - 24) / 7.3) : 60;
    let y = 44, before = null;
    const rows = events.map((event, n) => {
      const lines = segments(event).map((segment, m) => {
        // A long pause is a wide gap, up to a bound. Segments of one message stand closer.
        const pause = Math.min(40, Math.log10(1 + Math.max(0, segment.at - before) / 1000) * 12);
        if (before !== null) y += (m ? 18 : 26) + under + pause;
        before = segment.at;
        return { ...segment, y };
      });
      return { event, lines, here: n === here };
    });
    const height = y + 28 + under;
    const svg = draw("svg", { width, height, viewBox: "0 0 " + width + " " + height, "aria-hidden": "true" });
    for (const { here, lines } of rows) {
      if (here) svg.append(draw("rect", { class: "row", x: 0, y: lines[0].y - 12, width, height: lines[lines.length - 1].y - lines[0].y + 24 + under }));
    }
    const place = (client) => left + client * gap;
    clients.forEach((name, n) => {
      svg.append(draw("text", { x: place(n), y: 16, "text-anchor": "middle" }, cut(name, 18)),
        draw("line", { class: "life", x1: place(n), x2: place(n), y1: 24, y2: height - 6 }));
    });
    svg.append(draw("text", { x: server, y: 16, "text-anchor": "middle" }, "server"),
      draw("line", { class: "life", x1: server, x2: server, y1: 24, y2: height - 6 }));
    if (!isNarrow && events.some((event) => event.bytes)) svg.append(draw("text", { class: "dim", x: server + range, y: 16, "text-anchor": "end" }, "bytes"));
    for (const { event, lines, here } of rows) {
      const mine = place(event.client);
      const outward = ["sent", "connected", "refused", "shutdown", "closed", "aborted", "unwritable"].includes(event.what);
      const reset = ["reset", "unread"].includes(event.how) || ["aborted", "refused", "unwritable"].includes(event.what);
      const kind = (reset ? "reset" : event.what === "received" ? "in" : event.bytes ? "out" : "end") + (here ? " here" : "");
      const [a, b] = outward ? [mine, server] : [server, mine];
      const d = b > a ? 1 : -1;
      lines.forEach(({ at, y, range: bytes, many, text }, n) => {
        svg.append(draw("text", { class: "dim", x: 8, y: y + 4 }, time(at)));
        if (event.what === "waited") {
          svg.append(draw("line", { class: kind + " arrow", x1: a, x2: b, y1: y, y2: y }));
        } else if (event.what !== "left_out" && event.what !== "failed") {
          svg.append(draw("line", { class: kind + " arrow", x1: a, x2: b - d * 7, y1: y, y2: y }));
          if (reset) svg.append(draw("path", { class: kind + " arrow", d: "M" + (b - 6) + " " + (y - 5) + "l10 10m0 -10l-10 10" }));
          else svg.append(draw("path", { class: kind + " head", d: "M" + b + " " + y + "l" + -d * 9 + " -5v10z" }));
          // Several segments under one arrow.
          if (many) {
            for (const x of [0.4, 0.5, 0.6]) {
              const at = a + (b - a) * x;
              svg.append(draw("line", { class: kind + " arrow", x1: at, x2: at, y1: y - 4, y2: y + 4 }));
            }
          }
        }
        if (bytes && !isNarrow) svg.append(draw("text", { class: "dim", x: server + range, y: y + 4, "text-anchor": "end" }, bytes));
        const shown = (here && n === 0 ? "► " : "") + cut((many ? many + ": " : "") + text, most);
        const x = isNarrow ? 16 : server + (event.bytes ? range : 0) + 14;
        svg.append(draw("text", { class: "words " + (here ? "bad" : event.bytes ? "" : "dim"), x, y: y + 4 + under }, shown));
      });
    }
    return svg;
  }
  // What failed, where no event is what failed: that nothing came in time, say, or that something is not true.
  function mark(failure, clients) {
    const waited = failure.patience_us > 0 && failure.waited_us >= failure.patience_us;
    const client = Math.max(0, clients.indexOf(failure.client));
    return { at_us: failure.at_us, client, what: waited ? "waited" : "failed", words: failure.title };
  }
  function talk(title, clients, happened, dropped, failure) {
    let events = happened, here = failure && failure.here;
    if (failure && here === undefined) {
      here = events.length;
      events = [...events, mark(failure, clients)];
    }
    const list = make("ol", { class: "mono" });
    events.forEach((event, n) => {
      const who = clients[event.client] || "client";
      const what = { sent: " sent ", received: " received " }[event.what] || ": ";
      list.append(make("li", {}, time(event.at_us) + ", " + who + what + words(event) + (n === here ? " (this is what failed)" : "")));
    });
    const box = make("div", { class: "diagram", tabindex: "0", role: "group", "aria-label": title }, diagram(clients, events, here));
    narrow.addEventListener("change", () => box.replaceChildren(diagram(clients, events, here)));
    const full = make("details", { class: "full" }, make("summary", {}, "Each event in full"), list);
    const earlier = dropped ? make("p", { class: "dim" }, "… " + dropped + " earlier events") : null;
    return [make("h3", {}, title), earlier, box, full];
  }

  function one(record) {
    const parts = [];
    const failure = record.failure;
    if (record.name) parts.push(make("p", {}, record.name));
    if (record.reason) parts.push(make("p", {}, "Skipped: " + record.reason));
    const fail = (failure) => {
      const place = failure.file ? failure.file + ":" + failure.line + ":" + failure.column : "";
      parts.push(make("p", {}, make("strong", { class: "bad" }, failure.title), failure.step ? " at " + failure.place : ""), make("p", {}, make("code", {}, place), " ", make("span", { class: "dim" }, failure.code)));
      const labelled = (label, text) => make("p", {}, make("span", { class: "label" }, label), " ", text);
      if (failure.case) parts.push(labelled("Case", failure.case));
      if (failure.note) parts.push(labelled("Note", failure.note));
      if (failure.because) parts.push(labelled("Because", failure.because));
      parts.push(comparison(failure));
      for (const line of failure.connections || []) parts.push(labelled("Connection", line));
      const help = failure.help || [];
      if (help[0]) parts.push(labelled("Help", help[0]));
      for (const line of help.slice(1)) parts.push(make("pre", {}, line));
    };
    if (failure) fail(failure);
    const before = parts.length;
    if (record.talk) {
      const { clients, events, dropped, finally: after } = record.talk;
      const late = failure && failure.in_finally;
      parts.push(...talk("Conversation", clients, events, dropped, late ? undefined : failure));
      if (after) parts.push(...talk("Then, in finally", clients, after, 0, late ? failure : undefined));
    }
    if (failure && failure.finally) { parts.push(make("h3", {}, "In finally, too")); fail(failure.finally); }
    if (record.program) {
      // Beside the conversation, where it is narrow and of some height: the conversation takes all of the width otherwise.
      const lines = record.program.trimEnd().split("\n");
      const box = make("div", {}, make("h3", {}, "Program under test"), make("pre", { tabindex: "0" }, record.program));
      const isBeside = lines.length > 2 && lines.every((line) => line.length <= 72);
      const said = make("div", {}, ...parts.splice(before).filter((part) => part));
      parts.push(make("div", isBeside ? { class: "beside" } : {}, said, box));
    }
    if (record.health) parts.push(make("h2", {}, "Health check after it: " + record.health.file), ...one(record.health));
    if (failure && failure.text) parts.push(make("details", {}, make("summary", {}, "As a terminal shows it"), make("pre", {}, failure.text)));
    return parts.filter((part) => part);
  }
  function details(number) {
    const source = byId("c" + number);
    const body = make("div", { class: "body" });
    if (!source) {
      body.append(make("p", { class: "dim" }, "The page would be too large with this one: `backchat report show --report text` has it."));
      return body;
    }
    const records = JSON.parse(source.textContent);
    for (const record of records) {
      if (records.length > 1) body.append(make("h2", {}, "Attempt " + (record.attempt || 1) + ": " + record.result));
      body.append(...one(record));
    }
    return body;
  }

  // The list, as far as it is shown.
  let matching = [], shown = 0, state = run.cases.some((c) => c.state === "failed") ? "failed" : "all";
  const list = byId("list"), more = byId("more"), filter = byId("filter");
  function item(entry) {
    const head = [make("span", { class: "time" }, entry.us === null ? "" : time(entry.us)),
      make("span", { class: "state" }, entry.state), make("span", { class: "mono" }, entry.id), entry.title ? make("span", { class: "dim" }, "  " + entry.title) : null,
      entry.name ? make("span", { class: "dim" }, "  · " + entry.name) : null];
    const li = make("li", { class: entry.state });
    if (!entry.more) {
      li.append(make("p", { class: "plain" }, ...head.filter((part) => part)));
      return li;
    }
    const box = make("details", { id: "case-" + entry.n }, make("summary", {}, ...head.filter((part) => part)));
    box.addEventListener("toggle", () => { if (box.open && box.children.length === 1) box.append(details(entry.n)); });
    li.append(box);
    return li;
  }
  function show(count) {
    const next = matching.slice(shown, shown + count);
    list.append(...next.map(item));
    shown += next.length;
    more.hidden = shown >= matching.length;
    byId("status").textContent = matching.length + " of " + run.cases.length + (run.cases.length === 1 ? " case" : " cases");
  }
  function select() {
    const wanted = filter.value.toLowerCase();
    matching = run.cases.filter((entry) => (state === "all" || entry.state === state)
      && [entry.id, entry.title, entry.name, entry.file].some((text) => text && text.toLowerCase().includes(wanted)));
    shown = 0;
    list.replaceChildren();
    show(FIRST);
    for (const button of document.querySelectorAll("button[data-state]")) {
      button.setAttribute("aria-pressed", String(button.dataset.state === state));
    }
  }
  for (const button of document.querySelectorAll("button[data-state]")) {
    button.addEventListener("click", () => { state = button.dataset.state; select(); });
  }
  filter.addEventListener("input", select);
  more.addEventListener("click", () => show(MORE));
  select();
  const first = list.querySelector("details");
  if (first && state === "failed") first.open = true;
})();
