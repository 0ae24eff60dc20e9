// Signs in with a passkey, or makes one. The forms are shown only where the browser can do it.
const able = Boolean(
  window.PublicKeyCredential?.parseRequestOptionsFromJSON && window.PublicKeyCredential?.parseCreationOptionsFromJSON,
);

async function begin(form) {
  const action = new URL(form.action);
  action.searchParams.set("handler", "PasskeyOptions");
  const answer = await fetch(action, {
    method: "POST",
    mode: "same-origin",
    headers: { "X-Pds-Script": "1", "X-CSRF-Token": form.elements.csrf.value },
  });
  if (!answer.ok) {
    throw new Error("refused");
  }

  const { state, options } = await answer.json();
  return { state, options: JSON.parse(options) };
}

function attach(form, ask) {
  const problem = form.querySelector(".error");
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    problem.hidden = true;
    const button = form.querySelector("button");
    button.disabled = true;
    try {
      const { state, options } = await begin(form);
      const credential = await ask(options);
      form.elements.state.value = state;
      form.elements.credential.value = JSON.stringify(credential.toJSON());
      const remember = document.querySelector("input[type=checkbox][name=remember]");
      if (remember && form.elements.remember) {
        form.elements.remember.value = String(remember.checked);
      }

      form.submit();
    } catch {
      problem.textContent = form.dataset.failed;
      problem.hidden = false;
      button.disabled = false;
    }
  });
}

if (able) {
  const signIn = document.getElementById("passkey");
  if (signIn) {
    attach(signIn, (options) =>
      navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options.publicKey ?? options) }),
    );
  }

  const add = document.getElementById("new-passkey");
  if (add) {
    attach(add, (options) =>
      navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options.publicKey ?? options) }),
    );
  }
}
