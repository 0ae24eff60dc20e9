// A small app as a person uses it in Chromium: signs in by OAuth with the scopes that it needs and no more, posts, and reads its
// timeline from an AppView that knows nothing of the post yet.
import assert from 'node:assert/strict'
import { build } from 'esbuild'
import { listen } from './apps.mjs'
import { answer, openBrowser, openProfile } from './browser.mjs'
import { plcUrl, service, step } from './world.mjs'

const { HANDLE: handle, PASSWORD: password, APP_VIEW_DID: appView } = process.env
const scope = [
  'atproto', 'repo:app.bsky.feed.post?action=create',
  `rpc:app.bsky.feed.getTimeline?aud=${encodeURIComponent(`${appView}#bsky_appview`)}`,
].join(' ')
const source = `
  import { BrowserOAuthClient } from '@atproto/oauth-client-browser'
  import { Agent } from '@atproto/api'
  const { service, plc, scope } = window.settings
  const here = location.origin + '/'
  const client = new BrowserOAuthClient({
    handleResolver: service, plcDirectoryUrl: plc, allowHttp: true,
    clientMetadata: {
      client_id: 'http://localhost?' + new URLSearchParams([['redirect_uri', here], ['scope', scope]]),
      redirect_uris: [here], scope, response_types: ['code'], grant_types: ['authorization_code', 'refresh_token'],
      application_type: 'native', token_endpoint_auth_method: 'none', dpop_bound_access_tokens: true,
    },
  })
  const at = (id) => document.getElementById(id)
  const tell = (text) => { at('state').textContent = text }
  const attempt = (work) => async (event) => {
    event.preventDefault()
    tell('working')
    try { await work() } catch (problem) { tell('failed: ' + problem.error + ' ' + problem.message) }
  }
  async function show(agent) {
    const { data, headers } = await agent.getTimeline()
    at('timeline').replaceChildren(...data.feed.map(({ post }) => {
      const item = document.createElement('li')
      item.textContent = post.author.handle + ': ' + post.record.text
      return item
    }))
    at('lag').textContent = headers['atproto-upstream-lag'] ?? ''
  }
  at('sign-in').addEventListener('submit', attempt(() => client.signInRedirect(at('handle').value)))
  const session = (await client.init())?.session
  if (session) {
    const agent = new Agent(session)
    at('write').addEventListener('submit', attempt(async () => {
      await agent.post({ text: at('text').value })
      await show(agent)
      tell('posted')
    }))
    at('like').addEventListener('click', attempt(() => agent.like(...['uri', 'cid'].map((name) => at('like').dataset[name]))))
    await show(agent)
  }
  tell(session ? 'signed in as ' + session.did : 'signed out')
`
const html = `<!doctype html><title>App</title>
  <p id="state" role="status"></p>
  <form id="sign-in"><label>Handle <input id="handle"></label><button>Sign in</button></form>
  <form id="write"><label>Text <input id="text"></label><button>Post</button></form>
  <button id="like" data-uri="at://did:plc:aaaaaaaaaaaaaaaaaaaaaaaa/app.bsky.feed.post/2222222222222" data-cid="bafyreidfayvfuwqa7qlnopdjiqrxzs6blmoeu4rujcjtnci5beludirz2a">Like</button>
  <ol id="timeline"></ol><p id="lag"></p>
  <script>window.settings = ${JSON.stringify({ service, plc: plcUrl, scope })}</script><script type="module" src="/app.js"></script>`
const bundle = await build({
  stdin: { contents: source, resolveDir: import.meta.dirname }, bundle: true, format: 'esm', write: false, logLevel: 'silent',
})
const app = await listen({
  '/': { type: 'text/html', body: html },
  '/app.js': { type: 'text/javascript', body: bundle.outputFiles[0].text },
})
const browser = await openBrowser()

try {
  const page = await openProfile(browser)
  const problems = []
  page.on('pageerror', (error) => problems.push(String(error)))
  const state = async (beginning) => {
    await page.waitForFunction((text) => /^(?!working)./.test(document.getElementById('state')?.textContent ?? ''), {}, beginning)
    const text = await page.$eval('#state', (element) => element.textContent)
    assert.ok(text.startsWith(beginning), text)
  }
  const timeline = () => page.$$eval('#timeline li', (items) => items.map((item) => item.textContent))

  await page.goto(`http://127.0.0.1:${app.port}/`, { waitUntil: 'load' })
  await state('signed out')
  await page.type('#handle', handle)
  await Promise.all([page.waitForNavigation({ waitUntil: 'load' }), page.keyboard.press('Enter')])
  await answer(page, page.url(), { account: { identifier: handle, password, handle } })
  await state('signed in')
  assert.deepEqual(await timeline(), ['other.test: an old post'])
  step('a person signs in to an app and sees the timeline of the AppView')

  await page.type('#text', 'just now, from a web app')
  await page.keyboard.press('Enter')
  await state('posted')
  assert.deepEqual(await timeline(), [`${handle}: just now, from a web app`, 'other.test: an old post'])
  assert.match(await page.$eval('#lag', (element) => element.textContent), /^\d+$/)
  step('what is posted is in the timeline at once, and the page can read by how much the AppView lags')

  await (await page.$('#like')).press('Enter')
  await state('failed: ScopeMissingError')
  assert.deepEqual(problems, [])
  step('the app may do what it asked for and nothing else')
} finally {
  await browser.close()
  app.close()
}
