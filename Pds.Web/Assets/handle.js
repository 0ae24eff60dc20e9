// Says while somebody types whether a handle can be had.
const row = document.getElementById("handle");
const state = document.getElementById("handle-state");
const input = row?.querySelector("input[name=handle]");
const domain = row?.querySelector("[name=domain]");
let timer;
let asked = 0;

async function check() {
  const name = input.value.trim();
  const turn = ++asked;
  if (name.length < 3) {
    show("", "");
    return;
  }

  const query = new URLSearchParams({ handle: name, domain: domain.value });
  try {
    const answer = await fetch(`${row.dataset.check}?${query}`, {
      mode: "same-origin",
      headers: { "X-Pds-Script": "1" },
    });
    if (turn !== asked || !answer.ok) {
      return;
    }

    const { handle, problem } = await answer.json();
    show(problem ?? `@${handle} · ${row.dataset.free}`, problem ? "taken" : "free");
  } catch {
    // Without an answer the form itself will tell.
    show("", "");
  }
}

function show(text, kind) {
  state.textContent = text;
  // Room is kept for the answer, so that what is below does not move away from a finger that is on its way.
  state.className = `state kept ${kind}`;
}

if (input && domain && state) {
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(check, 350);
  };
  input.addEventListener("input", later);
  domain.addEventListener("change", later);
  show("", "");
}
