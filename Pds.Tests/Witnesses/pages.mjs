// Looks at every page that people see of their own.
import { createHash, createHmac, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { base, close, fill, folder, go, look, ok, open, press } from './look.mjs'

/** Pushes a request of an app on this machine, and gives the address that it would open. */
async function push(parameters = {}) {
  const scope = [
    'atproto', 'transition:generic', 'transition:email', 'transition:chat.bsky', 'repo:app.bsky.feed.post?action=create&action=delete',
    'repo:*', 'rpc:app.bsky.feed.getTimeline?aud=did:web:api.example.com%23bsky_appview', 'blob:image/*', 'account:status?action=manage',
    'identity:handle',
  ].join(' ')
  const clientId = `http://localhost?${new URLSearchParams({ scope, redirect_uri: 'http://127.0.0.1/done' })}`
  const answer = await fetch(`${base}/oauth/par`, {
    method: 'POST',
    body: new URLSearchParams({
      client_id: clientId, scope, response_type: 'code', redirect_uri: 'http://127.0.0.1/done', state: 'state',
      code_challenge: createHash('sha256').update(randomBytes(32).toString('hex')).digest('base64url'),
      code_challenge_method: 'S256', ...parameters,
    }),
  })
  const { request_uri, ...problem } = await answer.json()
  if (!request_uri) throw new Error(JSON.stringify(problem))
  return `/oauth/authorize?${new URLSearchParams({ client_id: clientId, request_uri })}`
}

/** The code of an authenticator now (RFC 6238). */
function totp(secret) {
  const bits = [...secret].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('')
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)))
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)))
  const hash = createHmac('sha1', key).update(counter).digest()
  const number = hash.readUInt32BE(hash.at(-1) & 15) & 0x7fffffff
  return String(number % 1_000_000).padStart(6, '0')
}

const name = `p${randomBytes(5).toString('hex')}`
const password = 'correct horse battery staple'

let page = await open()
for (const [path, name, status] of [
  ['/', 'home'], ['/xrpc', 'methods'], ['/xrpc?q=profile', 'methods-found'], ['/xrpc/_reference/com.example.nothing', 'no-method', 404],
  ['/xrpc/_reference/app.bsky.feed.getTimeline', 'method'], ['/xrpc/_reference/com.atproto.repo.createRecord', 'method-here'],
  ['/nothing-here', 'not-found', 404], ['/account/sign-in', 'account-sign-in'], ['/account/sign-up', 'account-sign-up'],
  ['/development/mail', 'development-mail'], ['/account/reset-password', 'forgot'], ['/account/reset-password/code', 'reset'], ['/oauth/authorize', 'bad-request', 400],
]) {
  await go(page, path)
  await look(page, name, status)
}
await go(page, '/docs/')
await page.waitForFunction(() => document.body.innerText.includes('app.bsky.actor.getProfile'), { timeout: 60_000 })
if (folder) await page.screenshot({ path: join(folder, 'docs.png') })
await page.close()
page = await open()
ok('what is open to everybody')

// An account of another server is brought here as far as its code, and given up; then with a wrong password.
for (const oldpassword of [process.env.MOVE_PASSWORD, 'not the password']) {
  await go(page, '/move-in')
  if (oldpassword === process.env.MOVE_PASSWORD) await look(page, 'move-in')
  await fill(page, { identifier: process.env.MOVE_DID, oldpassword, password: 'another long password' })
  await press(page, 'button.primary')
  if (oldpassword === process.env.MOVE_PASSWORD) {
    await page.waitForSelector('[name=code]', { timeout: 60_000 })
    await look(page, 'move-waits')
    await press(page, 'form[action*=GiveUp] button')
    await look(page, 'move-ended')
  } else {
    await page.waitForSelector('.alert', { timeout: 60_000 })
    await look(page, 'move-failed')
  }
}
ok('moving in')

await go(page, await push({ prompt: 'create' }))
await look(page, 'sign-up')
await fill(page, { handle: 'a.b', email: 'nobody@mail.test', password: 'short and strong' })
await press(page, 'button.primary')
await look(page, 'sign-up-refused', 400)
await fill(page, { handle: name, email: `${name}@mail.test`, password })
await page.waitForSelector('#handle-state.free')
await press(page, 'button.primary')
await look(page, 'consent')
await page.$$eval('details', (all) => all.forEach((details) => { details.open = true }))
await look(page, 'consent-open')
ok('an account made for an app, and what the app asks for')

await go(page, await push())
await look(page, 'choose')
ok('the accounts of a browser')

const other = await open()
await go(other, await push({ ui_locales: 'de' }))
await look(other, 'sign-in-german')
await fill(other, { identifier: name, password: 'wrong' })
await press(other, 'button.primary')
await look(other, 'sign-in-refused', 400)
await go(other, other.url().replace('/sign-in', '/forgot'))
await look(other, 'forgot-for-app')
await go(other, '/oauth/authorize/consent?client_id=a&request_uri=b')
await look(other, 'ended', 400)
ok('a sign-in that goes wrong')

for (const path of ['', '/apps', '/devices', '/handle', '/identity', '/email', '/password', '/security', '/security/authenticator', '/app-passwords', '/deactivate', '/delete', '/delete?step=code']) {
  await go(page, `/account${path}`)
  if (page.url().includes('/choose')) {
    await press(page, 'button.account')
    await go(page, `/account${path}`)
  }
  await look(page, `account${path.replace(/[/?=]/g, '-')}`)
}
ok('the account')

await go(page, '/account/security/authenticator')
const secret = await page.$eval('code.big', (code) => code.textContent.replaceAll(' ', ''))
await fill(page, { code: totp(secret) })
await press(page, 'button.primary')
await look(page, 'recovery-codes')
await go(other, await push())
await fill(other, { identifier: `${name}.test`, password })
await press(other, 'button.primary')
await look(other, 'second-factor')
await go(page, '/account/app-passwords')
await fill(page, { name: 'an old app' })
await press(page, '.content button.primary')
await look(page, 'app-password-made')
await go(page, '/account/deactivate')
await press(page, '.content button.danger')
await look(page, 'account-deactivated')
await go(page, await push())
await press(page, 'button.account')
await look(page, 'reactivate')
ok('what an account goes through')

await close()
