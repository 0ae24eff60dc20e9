// Shows how far a move has come without being asked: takes what has changed from the page as the server sees it now.
const interval = 2000;

async function look() {
  try {
    const answer = await fetch(location.pathname, { mode: "same-origin", headers: { "X-Pds-Script": "1" } });
    if (answer.ok && !answer.redirected) {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("move");
      const shown = document.getElementById("move");
      if (page.querySelector("script[src*='move']") === null) {
        // It waits for the person, or is over: that is a page of its own.
        location.reload();
        return;
      }

      const bar = fresh.querySelector(".steps");
      if (bar.innerHTML !== shown.querySelector(".steps").innerHTML) {
        shown.querySelector(".steps").replaceWith(bar);
      }
    }
  } catch {
    // The server is away for a moment; the move goes on when it is back.
  }

  setTimeout(look, interval);
}

setTimeout(look, interval);
