// A passkey of a real browser: made on the account page, used to sign in, removed. The authenticator is Chromium's own.
import assert from 'node:assert/strict'
import { openBrowser, openProfile } from './browser.mjs'
import { createAccount, service, step } from './world.mjs'

const account = await createAccount()
const browser = await openBrowser()

async function press(page, selector) {
  await Promise.all([page.waitForNavigation({ waitUntil: 'load' }), page.$(selector).then((element) => element.press('Enter'))])
}

try {
  const page = await openProfile(browser)
  const devtools = await page.createCDPSession()
  await devtools.send('WebAuthn.enable')
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })

  await page.goto(`${service}/account`, { waitUntil: 'load' })
  await page.type('input[autocomplete~="username"]', account.handle)
  await page.type('input[autocomplete~="current-password"]', account.password)
  await press(page, '::-p-aria([name="Sign in"][role="button"])')
  await page.goto(`${service}/account/security`, { waitUntil: 'load' })
  await page.waitForSelector('#new-passkey:not([hidden])')
  await page.type('#new-passkey [name="name"]', 'My phone')
  await press(page, '#new-passkey button')
  assert.match(await page.$eval('#passkeys', (e) => e.innerText), /My phone/)
  step('a passkey is made')

  // Another visit of the same browser, in which nobody is signed in.
  await page.deleteCookie(...(await page.cookies(service)))
  await page.goto(`${service}/account`, { waitUntil: 'load' })
  await page.waitForSelector('#passkey:not([hidden])')
  await press(page, '#passkey button')
  assert.match(await page.evaluate(() => document.body.innerText), new RegExp(account.handle))
  step('it signs its account in without a name or a password')

  await page.goto(`${service}/account/security`, { waitUntil: 'load' })
  await press(page, '#passkeys form[action*="RemovePasskey"] button')
  assert.doesNotMatch(await page.$eval('#passkeys', (e) => e.innerText), /My phone/)
  step('it is removed')
} finally {
  await browser.close()
}
