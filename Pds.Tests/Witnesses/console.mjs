// Looks at every page of the console, as an administrator with a browser.
import { randomBytes } from 'node:crypto'
import { base, close, fill, go, look, ok, open, press } from './look.mjs'

const call = async (method, body, token) => {
  const answer = await fetch(`${base}/xrpc/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
    body: JSON.stringify(body),
  })
  if (!answer.ok) throw new Error(`${method}: ${await answer.text()}`)
  return answer.json()
}

const made = []
for (let i = 0; i < 3; i++) {
  const name = `c${randomBytes(5).toString('hex')}`
  const account = await call('com.atproto.server.createAccount', {
    handle: `${name}.test`, email: `${name}@mail.test`, password: 'correct horse battery staple',
  })
  made.push({ ...account, name })
}
const [alice] = made
const post = await call('com.atproto.repo.createRecord', {
  repo: alice.did, collection: 'app.bsky.feed.post',
  record: { $type: 'app.bsky.feed.post', text: 'Hello', createdAt: '2026-01-01T00:00:00.000Z' },
}, alice.accessJwt)

const page = await open()
await go(page, '/admin')
await look(page, 'console-sign-in')
await fill(page, { password: 'wrong' })
await press(page, 'button.primary')
await look(page, 'console-sign-in-refused', 400)
await fill(page, { password: process.env.PDS_ADMIN_PASSWORD })
await press(page, 'button.primary')
await look(page, 'console-overview')
ok('the door and the overview')

const account = `/admin/account?did=${encodeURIComponent(alice.did)}`
await go(page, '/admin/accounts')
await look(page, 'console-accounts')
await go(page, '/admin/accounts?q=nobody-of-that-name')
await look(page, 'console-accounts-none')
await go(page, account)
await look(page, 'console-account')
await page.$$eval('.actions details', (all) => all.forEach((details) => { details.open = true }))
await look(page, 'console-account-open')
await fill(page, { reference: 'case 7: impersonation' })
await press(page, 'form[action*="TakeDown"] button')
await look(page, 'console-account-taken-down')
await go(page, account)
await page.$$eval('.actions details', (all) => all.forEach((details) => { details.open = true }))
await fill(page, { confirmation: 'not the handle' })
await press(page, 'form[action*="Delete"] button')
await look(page, 'console-account-refused', 400)
ok('accounts')

await go(page, `/admin/content?uri=${encodeURIComponent(post.uri)}`)
await look(page, 'console-record')
await press(page, 'form[action*="TakeDown"] button')
await look(page, 'console-record-taken-down')
await go(page, '/admin/invites')
await fill(page, { count: '4', uses: '2' })
await press(page, 'form[action*="Create"] button')
await look(page, 'console-invites')
ok('records and invite codes')

for (const path of ['mail', 'network', 'health', 'audit']) {
  await go(page, `/admin/${path}`)
  await look(page, `console-${path}`)
}
await go(page, `/admin/account?did=${encodeURIComponent('did:web:nobody.example.com')}`)
await look(page, 'console-no-account', 404)
ok('how the server stands')

await close()
