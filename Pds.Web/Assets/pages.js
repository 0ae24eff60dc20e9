// What pages do better with a script; all of them work without.

// Whether a handle is free, while it is typed.
for (const field of document.querySelectorAll('[data-available]')) {
  const state = document.getElementById('name-state')
  const form = field.form
  let timer
  const ask = async () => {
    const name = field.value.trim().replace(/^@/, '')
    if (!name) {
      state.textContent = ''
      return
    }
    const handle = name + form.elements.Domain.value
    const answer = await fetch(`${field.dataset.available}?handle=${encodeURIComponent(handle)}`, { headers: { accept: 'application/json' } })
    if (!answer.ok || field.value.trim().replace(/^@/, '') !== name) return
    const { available, text } = await answer.json()
    state.textContent = text
    state.dataset.state = available ? 'good' : 'bad'
  }
  const later = () => {
    clearTimeout(timer)
    timer = setTimeout(ask, 350)
  }
  field.addEventListener('input', later)
  form.elements.Domain.addEventListener('change', ask)
}

// How hard a password is to guess, roughly: its length counts most.
for (const field of document.querySelectorAll('[data-strength]')) {
  const meter = document.getElementById(field.dataset.strength)
  meter.hidden = false
  field.addEventListener('input', () => {
    const value = field.value
    const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^\da-zA-Z]/].filter((kind) => kind.test(value)).length
    const variety = new Set(value).size
    meter.value = value.length < 8 ? Math.min(1, value.length / 8) : Math.min(4, 1 + (value.length - 8) / 5 + (kinds - 1) * 0.4 + (variety > 8 ? 0.5 : 0))
  })
}

document.getElementById('errors')?.focus()
