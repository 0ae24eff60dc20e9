// @atproto/oauth-client-browser in Chromium: an app of one page, built by esbuild, with IndexedDB, CORS and a fragment.
import assert from 'node:assert/strict'
import { build } from 'esbuild'
import { listen } from './apps.mjs'
import { answer, openBrowser, openProfile } from './browser.mjs'
import { createAccount, plcUrl, service, step } from './world.mjs'

const source = `
  import { BrowserOAuthClient } from '@atproto/oauth-client-browser'
  import { Agent } from '@atproto/api'
  const { service, plc } = window.settings
  const client = new BrowserOAuthClient({
    handleResolver: service, plcDirectoryUrl: plc, allowHttp: true,
    clientMetadata: {
      client_id: 'http://localhost?' + new URLSearchParams([
        ['redirect_uri', location.origin + '/'], ['scope', 'atproto transition:generic']]),
      redirect_uris: [location.origin + '/'], scope: 'atproto transition:generic', response_types: ['code'],
      grant_types: ['authorization_code', 'refresh_token'], application_type: 'native',
      token_endpoint_auth_method: 'none', dpop_bound_access_tokens: true,
    },
  })
  window.app = {
    started: client.init().then((found) => { window.app.session = found?.session; return found?.session?.did ?? null }),
    authorize: async (who) => (await client.authorize(who)).href,
    post: async (text) => (await new Agent(window.app.session).post({ text })).uri,
    refresh: async () => (await window.app.session.getTokenInfo(true)).scope,
    whoami: async () => (await new Agent(window.app.session).com.atproto.server.getSession()).data.did,
    signOut: async () => window.app.session.signOut(),
  }
`
const bundle = await build({
  stdin: { contents: source, resolveDir: import.meta.dirname }, bundle: true, format: 'esm', write: false, logLevel: 'silent',
})
const settings = JSON.stringify({ service, plc: plcUrl })
const app = await listen({
  '/': { type: 'text/html', body: `<title>App</title><script>window.settings = ${settings}</script><script type="module" src="/app.js"></script>` },
  '/app.js': { type: 'text/javascript', body: bundle.outputFiles[0].text },
})
const home = `http://127.0.0.1:${app.port}/`
const account = await createAccount()
const browser = await openBrowser()

try {
  const page = await openProfile(browser)
  const problems = []
  page.on('pageerror', (error) => problems.push(String(error)))
  await page.goto(home, { waitUntil: 'load' })
  await page.waitForFunction('window.app')
  assert.equal(await page.evaluate('app.started'), null)

  const url = await page.evaluate((who) => window.app.authorize(who), account.handle)
  await answer(page, url, { account: { identifier: account.handle, password: account.password, handle: account.handle } })
  await page.waitForFunction('window.app')
  assert.equal(await page.evaluate('app.started'), account.did)
  step('a web page signs a person in, and its answer comes in the fragment')

  const uri = await page.evaluate(() => window.app.post('from a web page'))
  assert.ok(uri.startsWith(`at://${account.did}/app.bsky.feed.post/`))
  step('it writes across origins')

  assert.ok((await page.evaluate('app.refresh()')).split(' ').includes('transition:generic'))
  await page.reload({ waitUntil: 'load' })
  await page.waitForFunction('window.app')
  assert.equal(await page.evaluate('app.started'), account.did)
  assert.equal(await page.evaluate('app.whoami()'), account.did)
  step('it refreshes, and finds its session again after a reload')

  await page.evaluate('app.signOut()')
  await page.reload({ waitUntil: 'load' })
  await page.waitForFunction('window.app')
  assert.equal(await page.evaluate('app.started.catch(() => null)'), null)
  assert.deepEqual(problems, [])
  step('it signs out')
} finally {
  await browser.close()
  app.close()
}
