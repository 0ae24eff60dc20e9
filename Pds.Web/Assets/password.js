// Lets a password be seen, and says how strong a new one is.
const eye =
  '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12z"/><circle cx="12" cy="12" r="3"/></svg>';

function addEye(input) {
  const box = document.createElement("div");
  box.className = "password";
  const button = document.createElement("button");
  button.type = "button";
  button.innerHTML = eye;
  button.setAttribute("aria-label", input.dataset.show);
  button.setAttribute("aria-pressed", "false");
  button.setAttribute("aria-controls", input.id);
  button.addEventListener("click", () => {
    const seen = input.type === "password";
    input.type = seen ? "text" : "password";
    button.setAttribute("aria-pressed", String(seen));
    input.focus();
  });
  input.before(box);
  box.append(input, button);
  input.form.addEventListener("submit", () => (input.type = "password"));
  return box;
}

// Guesses are what counts: length most of all, then how unlike one another the characters are.
function score(password) {
  if (password.length < 8) {
    return password.length > 0 ? 1 : 0;
  }

  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^a-zA-Z\d]/].filter((kind) => kind.test(password)).length;
  const variety = new Set(password).size;
  const bits = variety * (2 + kinds * 0.6) + Math.max(0, password.length - variety) * 0.8;
  return bits < 24 ? 1 : bits < 36 ? 2 : bits < 52 ? 3 : 4;
}

function addMeter(input, box) {
  const words = input.dataset.strength.split("|");
  const meter = document.createElement("p");
  meter.className = "meter";
  meter.setAttribute("role", "status");
  meter.setAttribute("aria-live", "polite");
  meter.hidden = true;
  for (let i = 0; i < 4; i++) {
    meter.append(document.createElement("i"));
  }

  const word = document.createElement("span");
  meter.append(word);
  box.after(meter);
  input.addEventListener("input", () => {
    const points = score(input.value);
    meter.hidden = points === 0;
    meter.dataset.score = points;
    if (points > 0 && word.textContent !== words[points - 1]) {
      word.textContent = words[points - 1];
    }
  });
}

for (const input of document.querySelectorAll("input[type=password][data-show]")) {
  const box = addEye(input);
  if (input.dataset.strength) {
    addMeter(input, box);
  }
}
