// A person with a browser: headless Chromium on the server's real pages, finding its way by what the pages show.
import { existsSync } from 'node:fs'
import puppeteer from 'puppeteer-core'

const candidates = [
  process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/snap/bin/chromium',
]

/** @param hosts host names that lead to a port of this machine, as `{ 'app.example': 1234 }` */
export async function openBrowser(hosts = {}) {
  const executablePath = candidates.find((path) => path && existsSync(path))
  if (!executablePath) throw new Error('No Chromium found; install the package "chromium" or set CHROMIUM')
  const rules = Object.entries(hosts).map(([host, port]) => `MAP ${host}:443 127.0.0.1:${port}`).join(',')
  return puppeteer.launch({
    executablePath,
    acceptInsecureCerts: true,
    args: [
      '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-background-networking', '--lang=en-US',
      ...(rules ? [`--host-resolver-rules=${rules}`] : []),
    ],
  })
}

/** A browser profile of its own: no cookies shared with another. */
export async function openProfile(browser) {
  const context = await browser.createBrowserContext()
  const page = await context.newPage()
  page.setDefaultTimeout(60_000)
  return page
}

const button = (page, name) => page.$(`::-p-aria([name="${name}"][role="button"])`)

async function press(page, element) {
  await Promise.all([page.waitForNavigation({ waitUntil: 'load' }), element.press('Enter')])
}

/**
 * Goes to an authorization URL and on until the browser has left for the app, doing on each page what a person would.
 * @param options.account `{ identifier, password }` to sign in with, or to choose where the browser remembers it (by `handle`)
 * @param options.deny presses Deny instead of Authorize
 * @param options.other signs in with another account although the browser remembers some
 * @returns the address at which the app got its answer, and the names of the pages that were seen
 */
export async function answer(page, url, { account, deny = false, other = false, remember = true, signUp }) {
  const server = new URL(url).origin
  const seen = []
  await page.goto(url, { waitUntil: 'load' })
  for (let i = 0; i < 12; i++) {
    const at = new URL(page.url())
    if (at.origin !== server) return { at, seen }

    const name = at.pathname.split('/').at(-1)
    seen.push(name)
    if (await button(page, 'Authorize')) {
      await press(page, await button(page, deny ? 'Deny' : 'Authorize'))
    } else if (signUp && (await page.$('input[autocomplete="new-password"]'))) {
      await fill(page, 'input[autocomplete~="username"]', signUp.name)
      await fill(page, 'input[autocomplete~="email"]', signUp.email)
      for (const field of await page.$$('input[autocomplete="new-password"]')) await field.type(signUp.password)
      await press(page, await button(page, 'Create account'))
    } else if (await page.$('input[autocomplete~="current-password"]')) {
      await fill(page, 'input[autocomplete~="username"]', account.identifier)
      await fill(page, 'input[autocomplete~="current-password"]', account.password)
      const keep = await page.$('input[type="checkbox"]')
      if (keep && (await keep.evaluate((e) => e.checked)) !== remember) await keep.click()
      await press(page, await button(page, 'Sign in'))
    } else if (name === 'choose') {
      const choice = other
        ? await page.$('::-p-aria(Use another account)')
        : await page.$(`::-p-xpath(//button[contains(., "${account.handle}")] | //a[contains(., "${account.handle}")])`)
      if (!choice) throw new Error(`nothing to choose at ${at}: ${await text(page)}`)
      await press(page, choice)
    } else {
      throw new Error(`lost at ${at}: ${await text(page)}`)
    }
  }
  throw new Error(`going round in circles: ${seen.join(' → ')}: ${await text(page)}`)
}

async function fill(page, selector, value) {
  const field = await page.$(selector)
  if (!field || (await field.evaluate((e) => e.readOnly || e.type === 'hidden'))) return
  await field.evaluate((e) => { e.value = '' })
  await field.type(value)
}

export const text = (page) => page.evaluate(() => document.body.innerText)
