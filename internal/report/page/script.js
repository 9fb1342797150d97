"use strict";
(() => {
  // Everything on this page is built as text nodes from the data block: what
  // was scanned can never become markup.
  const data = JSON.parse(document.getElementById("data").textContent);
  const byID = (id) => document.getElementById(id);
  const perPage = 50, firstPlaces = 20, printed = 300;

  function make(tag, attributes, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (name === "on") for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
      else if (value !== undefined && value !== null && value !== false) node.setAttribute(name, value === true ? "" : value);
    }
    node.append(...children.filter((child) => child !== undefined && child !== null && child !== ""));
    return node;
  }

  const plural = (n, one, many) => n.toLocaleString("en-US") + " " + (n === 1 ? one : many);

  const statuses = [
    ["live", "live"], ["unverified", "unverified"], ["expired", "expired"], ["dead", "dead"], ["policy", "other rules"],
  ];
  const tileOf = (item) => item.status === "rule" ? "policy" : item.status;
  const works = (item) => item.status === "live" || item.status === "unverified";

  const state = { status: new Set(), q: "", scope: "", expiry: "", kind: "", bin: "", sort: "danger", page: 0 };

  data.items.forEach((item, index) => {
    item.rank = index;
    item.text = [item.title, item.rule, item.id, item.key, item.role, item.called, item.mayDo,
      ...item.places.map((p) => p.file + " " + (p.note || "") + " " + (p.message || ""))].join("\n").toLowerCase();
    item.bin = binOf(item);
  });

  // The timeline's bins: one for each month from the first to the last expiry,
  // the far past and future gathered, and two for those without a date.
  function monthOf(date) { return Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7)) - 1; }
  function binOf(item) {
    if (!item.secret) return "";
    if (item.end) {
      const months = monthOf(item.end) - monthOf(data.now);
      if (months < -6) return "past";
      if (months > 15) return "future";
      return String(months);
    }
    return item.expires === "never" ? "never" : "unknown";
  }
  const monthNames = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
  function monthName(offset, long) {
    const month = monthOf(data.now) + offset;
    const year = Math.floor(month / 12);
    return monthNames[month % 12] + (long ? " " + year : " ’" + String(year % 100).padStart(2, "0"));
  }

  function bins() {
    const dated = data.items.filter((i) => /^-?\d+$/.test(i.bin)).map((i) => Number(i.bin));
    const list = [];
    if (data.items.some((i) => i.bin === "past")) list.push(["past", "earlier", "Expired earlier"]);
    const from = Math.min(0, ...dated), to = Math.max(0, ...dated);
    for (let m = from; dated.length && m <= to; m++) {
      // The year stands where it changes, and at the beginning.
      const name = m === from || (monthOf(data.now) + m) % 12 === 0 ? monthName(m) : monthName(m).slice(0, 3);
      list.push([String(m), name, monthName(m, true)]);
    }
    if (data.items.some((i) => i.bin === "future")) list.push(["future", "later", "Later"]);
    list.push(["never", "never", "Never"], ["unknown", "unknown", "Unknown"]);
    return list;
  }

  function drawTimeline() {
    const secrets = data.items.filter((i) => i.secret);
    if (!secrets.length) { byID("timeline").hidden = true; return; }
    const all = bins().map(([id, name, label]) => {
      const inside = secrets.filter((i) => i.bin === id);
      const parts = [["live", inside.filter((i) => i.status === "live").length], ["unverified", inside.filter((i) => i.status === "unverified").length]];
      parts.push(["gone", inside.length - parts[0][1] - parts[1][1]]);
      return { id, name, label, n: inside.length, parts };
    });
    // Those without a date have a scale of their own: they are often so many
    // that nothing could be seen of the others.
    const undated = (b) => b.id === "never" || b.id === "unknown";
    const most = (side) => Math.max(1, ...all.filter((b) => undated(b) === side).map((b) => b.n));
    const scale = { true: most(true), false: most(false) };
    byID("bins").append(...all.map((b) => {
      const stack = make("span", { class: "stack" }, ...b.parts.filter(([, n]) => n).map(([kind, n]) => {
        const part = make("i", { class: kind });
        part.style.setProperty("--part", n);
        return part;
      }));
      stack.style.setProperty("--size", b.n / scale[undated(b)]);
      const words = b.parts.filter(([, n]) => n).map(([kind, n]) => n + " " + (kind === "gone" ? "no longer working" : kind)).join(", ");
      // What is seen is part of what is read out; the rest is only read out.
      const hidden = (text) => make("span", { class: "unseen" }, text);
      const button = make("button", {
        type: "button", class: "bin" + (b.id === "0" ? " now" : ""), title: b.label + ": " + (words || "none"),
        "aria-pressed": "false", "data-bin": b.id, disabled: b.n === 0,
        on: { click: () => { state.bin = state.bin === b.id ? "" : b.id; state.page = 0; refresh(); } },
      }, make("span", { class: "name" }, b.name, b.label.startsWith(b.name) && b.label !== b.name ? hidden(b.label.slice(b.name.length)) : ""),
      make("span", { class: "n" }, b.n ? b.n.toLocaleString("en-US") : "", words ? hidden(": " + words) : ""), stack);
      return make("li", { class: [b.n ? "" : "nothing", undated(b) ? "apart" : "", b.id === "never" && all.length > 2 ? "first" : ""].join(" ").trim() }, button);
    }));
  }

  function drawTiles() {
    for (const [status, name] of statuses) {
      // Of other rules every place is a finding of its own.
      const n = data.items.filter((i) => tileOf(i) === status).reduce((sum, i) => sum + (i.secret ? 1 : i.places.length), 0);
      if (!n && status !== "live") continue;
      byID("tiles").append(make("button", {
        type: "button", class: "tile " + status, "aria-pressed": "false", "data-status": status,
        on: { click: () => {
          if (!state.status.delete(status)) state.status.add(status);
          state.page = 0;
          refresh();
        } },
      }, make("b", {}, n.toLocaleString("en-US")), make("span", {}, name)));
    }
  }

  function matches(item) {
    if (state.status.size && !state.status.has(tileOf(item))) return false;
    if (state.bin && item.bin !== state.bin) return false;
    if (state.scope && (!item.secret || item.level !== state.scope)) return false;
    if (state.kind && item.title !== state.kind) return false;
    if (state.expiry === "soon" ? !item.soon : state.expiry && (!item.secret || item.expires !== state.expiry)) return false;
    return state.q.split(/\s+/).every((word) => item.text.includes(word));
  }

  const compare = (a, b) => a < b ? -1 : a > b ? 1 : 0;
  const orders = {
    danger: (a, b) => a.rank - b.rank,
    end: (a, b) => compare(a.end || "9999", b.end || "9999"),
    places: (a, b) => b.places.length - a.places.length,
    file: (a, b) => compare(a.places[0].file, b.places[0].file),
    kind: (a, b) => compare(a.title, b.title),
  };

  // What a column says to the eye is said in words where there are no columns.
  const label = (text) => make("span", { class: "label" }, text);

  function expiry(item) {
    const style = works(item) && (item.expires === "never" ? "alarm" : item.soon ? "soon" : "");
    return make("span", { class: ("ends " + (style || "")).trim() }, label(item.expires === "expired" ? "expired " : "expires "), item.ends, item.end ? make("span", { class: "sub" }, item.end) : "");
  }

  function card(item, open) {
    const sub = item.secret ? item.keyId || item.subject || item.id : item.rule;
    const details = make("details", { open });
    details.append(make("summary", {},
      make("span", { class: "pill" }, item.status),
      make("span", { class: "title" }, item.title, sub === item.title ? "" : make("span", { class: "sub code" }, sub)),
      item.secret ? make("span", { class: "may" + (works(item) && item.level === "super-user" ? " alarm" : "") }, label("may do: "), item.mayDo) : make("span", { class: "what" }, item.about || ""),
      item.secret ? expiry(item) : "",
      make("span", { class: "n-places" }, plural(item.places.length, "place", "places"))));
    // The inside is built when it is first opened: most never are.
    const fill = () => { if (details.open && details.children.length === 1) details.append(body(item)); };
    details.addEventListener("toggle", fill);
    fill();
    return make("li", { class: item.status, id: "f-" + item.id }, details);
  }

  function fact(list, name, value) {
    if (value === undefined || value === "" || value === null) return;
    list.append(make("dt", {}, name), make("dd", {}, value));
  }

  function body(item) {
    const inside = make("div", { class: "body" });
    if (item.secret) {
      const facts = make("dl", { class: "facts" });
      fact(facts, "Status", item.status + (item.reason ? ": " + item.reason : ""));
      if (item.permissions && item.permissions.length > 1) {
        fact(facts, "May do", make("ul", {}, ...item.permissions.map((p) => make("li", {}, p.on + ": " + p.does))));
      } else fact(facts, "May do", item.mayDo);
      fact(facts, "Expires", item.expiryWords);
      fact(facts, "Key", item.key);
      fact(facts, "Came in", item.cameIn);
      fact(facts, "Role", item.role);
      fact(facts, "Called", item.called);
      if (item.caches) fact(facts, "Can list", plural(item.caches.length, "cache", "caches") + (item.caches.length ? ": " + item.caches.join(", ") : ""));
      fact(facts, "Rule", item.rule);
      fact(facts, "Fingerprint", make("code", {}, item.id));
      inside.append(facts);
    }
    const places = make("ol", { class: "places" });
    const more = make("button", { type: "button", class: "more", on: { click: () => { places.append(...item.places.slice(firstPlaces).map(place)); more.remove(); } } },
      "Show " + plural(item.places.length - firstPlaces, "more place", "more places"));
    places.append(...item.places.slice(0, firstPlaces).map(place));
    inside.append(make("section", {}, make("h3", {}, "Where"), places));
    if (item.places.length > firstPlaces) inside.append(more);
    if (item.steps && item.steps.length) {
      inside.append(make("section", {}, make("h3", {}, "What to do"), make("ol", { class: "steps" }, ...item.steps.map((s) => make("li", {}, s)))));
    }
    if (item.docs) inside.append(make("p", { class: "note" }, make("a", { href: item.docs, rel: "noopener noreferrer" }, "About " + item.rule)));
    return inside;
  }

  function place(p) {
    const node = make("li", {}, make("code", { class: "file" }, p.file + (p.at || "")), p.note ? make("span", { class: "note" }, "  " + p.note) : "");
    if (p.message) node.append(make("div", {}, p.message));
    if (p.line) {
      node.append(make("div", { class: "source code" }, make("span", { class: "number" }, String(p.number || "")),
        make("span", { class: "text" }, p.line[0].trimStart(), p.line[1] ? make("mark", {}, p.line[1]) : "", p.line[2])));
    }
    if (p.advice) node.append(make("div", { class: "note" }, "→ " + p.advice));
    return node;
  }

  let shown = [];
  function refresh() {
    shown = data.items.filter(matches).sort((a, b) => orders[state.sort](a, b) || a.rank - b.rank);
    for (const tile of document.querySelectorAll(".tile")) tile.setAttribute("aria-pressed", String(state.status.has(tile.dataset.status)));
    for (const bin of document.querySelectorAll(".bin")) bin.setAttribute("aria-pressed", String(state.bin === bin.dataset.bin));
    byID("count").textContent = shown.length === data.items.length ? plural(shown.length, "entry", "entries")
      : shown.length.toLocaleString("en-US") + " of " + plural(data.items.length, "entry", "entries");
    draw(shown.slice(state.page * perPage, (state.page + 1) * perPage), false);
    const pages = Math.ceil(shown.length / perPage);
    byID("pager").hidden = pages < 2;
    byID("page").textContent = "Page " + (state.page + 1) + " of " + pages;
    byID("previous").disabled = state.page === 0;
    byID("next").disabled = state.page >= pages - 1;
  }

  function draw(items, open) {
    const cards = items.map((item) => card(item, open || items.length === 1));
    if (!cards.length) cards.push(make("li", { class: "empty" }, "Nothing matches these filters."));
    byID("list").replaceChildren(...cards);
  }

  function turn(by) {
    state.page += by;
    refresh();
    byID("list").scrollIntoView();
    byID("list").focus({ preventScroll: true });
  }

  // Show one credential alone, from the table of rights or the address.
  function only(id) {
    byID("controls").reset();
    Object.assign(state, { q: id.toLowerCase(), scope: "", expiry: "", kind: "", bin: "", sort: "danger", page: 0 });
    state.status.clear();
    byID("q").value = id;
    refresh();
    byID("list").scrollIntoView();
    const first = byID("list").querySelector("summary");
    if (first) first.focus({ preventScroll: true });
  }

  const maxRights = 200, maxHolders = 40;
  function drawAccess() {
    const rights = new Map();
    for (const item of data.items) {
      if (!item.secret || !works(item)) continue;
      const list = item.permissions && item.permissions.length ? item.permissions
        : [{ on: item.level === "role" ? "what its role allows" : "not known" }];
      for (const p of list) {
        if (!rights.has(p.on)) rights.set(p.on, new Map());
        const holders = rights.get(p.on);
        const does = holders.get(item) || [];
        if (p.does && !does.includes(p.does)) does.push(p.does);
        holders.set(item, does);
      }
    }
    if (!rights.size) return;
    // By the most dangerous holder.
    const rows = [...rights].sort((a, b) => [...a[1].keys()][0].rank - [...b[1].keys()][0].rank || compare(a[0], b[0]));
    const bodyRows = rows.slice(0, maxRights).map(([on, holders]) => {
      const chips = [...holders].slice(0, maxHolders).map(([item, does]) => make("button", {
        type: "button", class: "chip " + item.status, title: item.title + ", " + item.status, on: { click: () => only(item.id) },
      }, (item.keyId || item.subject || item.id) + (does.length ? ": " + does.join(", ") : "")));
      if (holders.size > maxHolders) chips.push(make("span", { class: "note" }, "and " + (holders.size - maxHolders).toLocaleString("en-US") + " more"));
      return make("tr", {}, make("th", { scope: "row" }, on), make("td", {}, make("div", { class: "chips" }, ...chips)));
    });
    byID("who").append(make("table", { class: "who" },
      make("thead", {}, make("tr", {}, make("th", { scope: "col" }, "Where"), make("th", { scope: "col" }, "Who, and what they may do there"))),
      make("tbody", {}, ...bodyRows)));
    if (rows.length > maxRights) byID("who").append(make("p", { class: "note" }, "And " + plural(rows.length - maxRights, "more thing", "more things") + "."));
    byID("access").hidden = false;
  }

  const kinds = [...new Set(data.items.map((i) => i.title))].sort();
  byID("kind").append(...kinds.map((k) => make("option", { value: k }, k)));
  for (const id of ["scope", "expiry", "kind", "sort"]) {
    byID(id).addEventListener("change", (event) => { state[id] = event.target.value; state.page = 0; refresh(); });
  }
  let typing;
  byID("q").addEventListener("input", (event) => {
    clearTimeout(typing);
    typing = setTimeout(() => { state.q = event.target.value.trim().toLowerCase(); state.page = 0; refresh(); }, 80);
  });
  byID("controls").addEventListener("submit", (event) => event.preventDefault());
  byID("controls").addEventListener("reset", () => {
    clearTimeout(typing);
    Object.assign(state, { q: "", scope: "", expiry: "", kind: "", bin: "", sort: "danger", page: 0 });
    state.status.clear();
    refresh();
  });
  byID("previous").addEventListener("click", () => turn(-1));
  byID("next").addEventListener("click", () => turn(1));
  // On paper: everything that matches, opened, as far as that is sensible.
  window.addEventListener("beforeprint", () => {
    draw(shown.slice(0, printed), true);
    if (shown.length > printed) byID("list").append(make("li", { class: "empty" }, "And " + plural(shown.length - printed, "more entry", "more entries") + " that did not fit on paper."));
  });
  window.addEventListener("afterprint", refresh);

  byID("app").hidden = false;
  if (!data.items.length) {
    // A clean run needs no controls.
    for (const id of ["timeline", "findings", "tiles"]) byID(id).hidden = true;
    return;
  }
  drawTiles();
  drawTimeline();
  drawAccess();
  refresh();
  const wanted = decodeURIComponent(location.hash.slice(1));
  if (/^[0-9a-f]{16}$/.test(wanted)) only(wanted);
})();
