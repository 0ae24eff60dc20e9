// Makes a recovery key in the browser: the public half goes into the form, the private half is shown once and leaves by nobody's
// hand but the owner's.
const alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

// Multicodec's numbers of the halves of a P-256 key.
const publicPrefix = [0x80, 0x24];
const privatePrefix = [0x86, 0x26];

function base58(bytes) {
  let number = bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  let text = "";
  for (; number > 0n; number /= 58n) {
    text = alphabet[Number(number % 58n)] + text;
  }

  return text;
}

const bytesOf = (base64url) =>
  Uint8Array.from(atob(base64url.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

async function makeKey() {
  const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign"]);
  const { x, y, d } = await crypto.subtle.exportKey("jwk", pair.privateKey);
  const sign = 2 + (bytesOf(y).at(-1) & 1);
  return {
    didKey: `did:key:z${base58([...publicPrefix, sign, ...bytesOf(x)])}`,
    secret: `z${base58([...privatePrefix, ...bytesOf(d)])}`,
  };
}

const box = document.getElementById("new-key");
const field = document.getElementById("f-recovery");
if (box && field && globalThis.crypto?.subtle) {
  box.hidden = false;
  box.querySelector("button").addEventListener("click", async () => {
    const { didKey, secret } = await makeKey();
    field.value = didKey;
    const shown = box.querySelector(".secret");
    shown.hidden = false;
    shown.querySelector("code").textContent = secret;
    shown.querySelector("a").href = URL.createObjectURL(new Blob([`${didKey}\n${secret}\n`], { type: "text/plain" }));
  });
}
