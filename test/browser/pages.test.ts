import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import axe from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startChromium } from '../support/chromium.ts';
import { gallery } from './page-gallery.ts';
import { pageServer, type PageServer } from './page-server.ts';
import {
  axeViolations,
  doubleLetters,
  faintTexts,
  focused,
  focusStops,
  overflowing,
  skeletonCounts,
} from './page-probes.ts';

const found = await startChromium();
const missing = 'missing' in found ? found.missing : undefined;
const names = Object.keys(gallery);

/** Set it to a folder to look at the pages. */
const shots = process.env['KEEPER_TEST_SHOTS'];
if (shots !== undefined) mkdirSync(shots, { recursive: true });

const wide = { width: 1280, height: 800 };
const narrow = { width: 320, height: 640 };
const looks: Readonly<Record<string, BrowserContextOptions>> = {
  wide: { viewport: wide },
  dark: { viewport: wide, colorScheme: 'dark' },
  narrow: { viewport: narrow },
  // What a window of 1280 pixels shows at 200 %.
  zoomed: { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 },
};

/** The same finding for each page. */
function all<Finding>(finding: Finding): Record<string, Finding> {
  return Object.fromEntries(names.map((name) => [name, finding]));
}

describe.skipIf(missing !== undefined)(
  `pages in Chromium${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    let server: PageServer;
    const browser = (found as { readonly browser: Browser }).browser;
    beforeAll(async () => {
      server = await pageServer(gallery);
    });
    afterAll(async () => {
      await browser.close();
      await server.close();
    });

    /** Shows each page without script, and returns what `look` finds about it. */
    async function eachPage<Finding>(
      options: BrowserContextOptions,
      look: (page: Page, name: string) => Promise<Finding>,
    ): Promise<Record<string, Finding>> {
      const context = await browser.newContext({ javaScriptEnabled: false, ...options });
      const page = await context.newPage();
      const findings: Record<string, Finding> = {};
      for (const name of names) {
        await page.goto(`${server.origin}/${name}`);
        findings[name] = await look(page, name);
      }
      await context.close();
      return findings;
    }

    test.each(Object.entries(looks))(
      'nothing is wider than the window, and every text stands out: %s',
      async (look, options) => {
        const seen = await eachPage(options, async (page, name) => {
          if (shots !== undefined) {
            await page.screenshot({ path: join(shots, `${name}-${look}.png`), fullPage: true });
          }
          return {
            overflowing: await page.evaluate<string[]>(overflowing),
            faint: await page.evaluate<string[]>(faintTexts),
          };
        });
        expect(seen).toEqual(all({ overflowing: [], faint: [] }));
      },
    );

    test('nothing is wider than the window with letters of twice the size', async () => {
      const seen = await eachPage({ viewport: { width: 640, height: 800 } }, async (page) => {
        await page.evaluate(doubleLetters);
        return page.evaluate<string[]>(overflowing);
      });
      expect(seen).toEqual(all([]));
    });

    test('a page asks for nothing but itself, and the browser has nothing to say', async () => {
      const context = await browser.newContext({ viewport: wide });
      const said: string[] = [];
      const skeleton = { scripts: 0, images: 0, handlers: 0, styles: 1, isStyled: true };
      server.takeRequests();
      // Side by side: whether a page asks for more shows only after it has been idle for a while.
      const asked = names.map(async (name) => {
        const page = await context.newPage();
        const requests: string[] = [];
        page.on('request', (request) => requests.push(request.url()));
        page.on('console', (message) => said.push(message.text()));
        page.on('pageerror', (error) => said.push(error.message));
        await page.goto(`${server.origin}/${name}`, { waitUntil: 'networkidle' });
        expect(requests).toEqual([`${server.origin}/${name}`]);
        // The style is let in, and what data would bring is not there.
        expect(await page.evaluate(skeletonCounts), name).toEqual(skeleton);
      });
      await Promise.all(asked);
      expect(server.takeRequests().toSorted()).toEqual(names.map((one) => `/${one}`).toSorted());
      await context.close();
      expect(said).toEqual([]);
    });

    test('the tab key reaches every control in the order of the page, and shows where it is', async () => {
      const context = await browser.newContext({ javaScriptEnabled: false, viewport: wide });
      const page = await context.newPage();
      for (const name of names.filter((one) => one !== 'many')) {
        await page.goto(`${server.origin}/${name}`);
        const expected = await page.evaluate<string[]>(focusStops);
        const reached: string[] = [];
        for (const _ of expected) {
          await page.keyboard.press('Tab');
          reached.push(await page.evaluate<string>(focused));
        }
        expect(reached, name).toEqual(expected);
      }
      await context.close();
    });

    test('the skip link leads to the content', async () => {
      const context = await browser.newContext({ javaScriptEnabled: false, viewport: wide });
      const page = await context.newPage();
      await page.goto(`${server.origin}/mixed`);
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      expect(await page.evaluate('document.activeElement.id')).toBe('main');
      await context.close();
    });

    test('axe finds no fault with any page, wide and light, narrow and dark', async () => {
      // Its own script must run, which the page's policy would not let in.
      const options = {
        ...looks['wide'],
        javaScriptEnabled: true,
        bypassCSP: true,
        // No colour halfway to another.
        reducedMotion: 'reduce' as const,
      };
      const seen = await eachPage(options, async (page) => {
        await page.evaluate(axe.source);
        const wideAndLight = await page.evaluate<string[]>(axeViolations);
        await page.setViewportSize(narrow);
        await page.emulateMedia({ colorScheme: 'dark' });
        const narrowAndDark = await page.evaluate<string[]>(axeViolations);
        await page.setViewportSize(wide);
        await page.emulateMedia({ colorScheme: 'light' });
        return { wideAndLight, narrowAndDark };
      });
      expect(seen).toEqual(all({ wideAndLight: [], narrowAndDark: [] }));
    });

    test('a screen reader finds landmarks, one first heading, and a name on every control', async () => {
      const seen = await eachPage({ viewport: narrow }, async (page) => {
        const snapshot = await page.locator('body').ariaSnapshot();
        return {
          landmarks: ['banner', 'main', 'contentinfo'].filter((one) =>
            snapshot.includes(`- ${one}:`),
          ),
          first: snapshot.match(/heading ".+" \[level=1\]/g)?.length,
          nameless:
            snapshot.match(
              /- (?:link|button|textbox|checkbox|radio|table|navigation)(?: \[|:|$).*/gm,
            ) ?? [],
        };
      });
      expect(seen).toEqual(
        all({ landmarks: ['banner', 'main', 'contentinfo'], first: 1, nameless: [] }),
      );
    });

    test('cards of a narrow page are a table to a screen reader', async () => {
      const context = await browser.newContext({
        javaScriptEnabled: false,
        viewport: narrow,
      });
      const page = await context.newPage();
      await page.goto(`${server.origin}/registration`);
      const snapshot = await page.locator('table').ariaSnapshot();
      await context.close();
      expect(snapshot).toContain('table "Connectors: what each holds, since when, and its users"');
      expect(snapshot).toContain('- rowheader "us/8f1b2c3d-calendar-production"');
      expect(snapshot).toMatch(/- columnheader "Since"/);
    });

    test('paper gets the words and the bars, and no buttons', async () => {
      const seen = await eachPage(
        { viewport: { width: 794, height: 1123 } },
        async (page, name) => {
          await page.emulateMedia({ media: 'print' });
          if (shots !== undefined) {
            await page.screenshot({ path: join(shots, `${name}-print.png`), fullPage: true });
          }
          return {
            buttons: await page.locator('button:visible, .button:visible').count(),
            hasHeading: await page.locator('h1').isVisible(),
          };
        },
      );
      expect(seen).toEqual(all({ buttons: 0, hasHeading: true }));
    });
  },
);
