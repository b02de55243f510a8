// The shop's own doings: theme, filter, basket, and where an order is. Nothing leaves the page.

const at = (id) => document.getElementById(id);
const euros = new Intl.NumberFormat("en-IE", {
  style: "currency",
  currency: "EUR",
  maximumFractionDigits: 0,
});

function make(tag, props = {}, ...children) {
  const element = Object.assign(document.createElement(tag), props);
  element.append(...children);
  return element;
}

// Theme: the system's, until the visitor says otherwise. The chat follows it.
const system = matchMedia("(prefers-color-scheme: dark)");
const dark = () => (document.documentElement.dataset.theme ?? (system.matches ? "dark" : "light")) === "dark";
const showTheme = () => at("theme").setAttribute("aria-pressed", String(dark()));
at("theme").addEventListener("click", () => {
  document.documentElement.dataset.theme = dark() ? "light" : "dark";
  showTheme();
});
system.addEventListener("change", showTheme);
showTheme();

// Cards: each gets its price and its button.
const basket = new Map();
for (const card of document.querySelectorAll(".card")) {
  const [name, price] = [card.querySelector("h3").textContent, Number(card.dataset.price)];
  const add = make("button", { type: "button", className: "add" }, "Add");
  add.setAttribute("aria-label", `Add ${name} to the basket`);
  add.addEventListener("click", () => {
    const held = basket.get(card.dataset.id) ?? { name, price, count: 0 };
    basket.set(card.dataset.id, { ...held, count: held.count + 1 });
    showBasket();
    add.textContent = "Added";
    setTimeout(() => (add.textContent = "Add"), 1200);
  });
  card.append(
    make("div", { className: "buy" }, make("span", { className: "price" }, euros.format(price)), add),
  );
}

for (const chip of document.querySelectorAll(".chips button")) {
  chip.addEventListener("click", () => {
    for (const other of chip.parentElement.children)
      other.setAttribute("aria-pressed", String(other === chip));
    for (const card of document.querySelectorAll(".card")) {
      card.hidden = chip.dataset.kind !== "all" && card.dataset.kind !== chip.dataset.kind;
    }
  });
}

function showBasket() {
  const held = [...basket.values()];
  at("count").textContent = String(held.reduce((sum, { count }) => sum + count, 0));
  at("total").textContent = euros.format(held.reduce((sum, { price, count }) => sum + price * count, 0));
  const line = ({ name, price, count }) =>
    make("li", {}, make("span", {}, `${count} × ${name}`), make("span", {}, euros.format(price * count)));
  at("items").replaceChildren(
    ...(held.length ? held.map(line) : [make("li", { className: "empty" }, "Still empty.")]),
  );
}
showBasket();
at("basket").addEventListener("click", () => at("cart").showModal());
at("cart-close").addEventListener("click", () => at("cart").close());
at("cart").addEventListener("click", (event) => event.target === at("cart") && at("cart").close());

// Orders: a few that are known, told from today so that they never grow old.
const STEPS = ["Ordered", "Built and tested", "On its way", "Delivered"];
const ORDERS = {
  "NL-20418": { what: "1 × Alba in clay, 1 × Birch in sage", done: 3, days: [-5, -2, -1, 2] },
  "NL-20397": { what: "1 × Reed in brass", done: 4, days: [-12, -8, -6, -3] },
  "NL-20433": { what: "3 × Lumi", done: 1, days: [0, 3, 4, 7] },
};
const day = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short" });

function showOrder(number) {
  const order = ORDERS[number];
  at("hint").textContent = order
    ? ""
    : `We find no order ${number}. Try NL-20418, or write to us in the chat.`;
  if (!order) return;
  at("status-title").textContent = number;
  at("status-what").textContent = order.what;
  at("status-tag").textContent = STEPS[order.done - 1];
  const step = (name, index) => {
    const date = day.format(Date.now() + order.days[index] * 86_400_000);
    const item = make(
      "li",
      {},
      make("strong", {}, name),
      make("span", {}, index < order.done ? date : `expected ${date}`),
    );
    if (index < order.done) item.className = "done";
    if (index === order.done - 1) item.setAttribute("aria-current", "step");
    return item;
  };
  at("steps").replaceChildren(...STEPS.map(step));
}
showOrder("NL-20418");
at("track").addEventListener("submit", (event) => {
  event.preventDefault();
  showOrder(at("number").value.trim().toUpperCase());
});
at("help").addEventListener("click", () => window.Readyroom?.open());
