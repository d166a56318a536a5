/**
 * A real browser for tests: the Chromium of @sparticuz/chromium, driven by playwright-core. It brings
 * its libraries and its one font along, so it runs where no browser was ever installed. Elsewhere than
 * on Linux x64, `KEEPER_TEST_CHROMIUM` names the executable of another Chromium.
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import packed, { inflate, setupLambdaEnvironment } from '@sparticuz/chromium';
import { chromium, type Browser } from 'playwright-core';

const folder = join(dirname(fileURLToPath(import.meta.resolve('@sparticuz/chromium'))), '..');
const cache = join(import.meta.dirname, '../../.cache');

/** A browser, or why there is none. */
export type FoundChromium = { readonly browser: Browser } | { readonly missing: string };

/** Starts the browser. Close it. */
export async function startChromium(): Promise<FoundChromium> {
  const named = process.env['KEEPER_TEST_CHROMIUM'];
  if (named === undefined && !(process.platform === 'linux' && process.arch === 'x64')) {
    return {
      missing: `no Chromium for ${process.platform} ${process.arch}; name one in KEEPER_TEST_CHROMIUM`,
    };
  }
  try {
    const executablePath = named ?? (await unpacked());
    return {
      browser: await chromium.launch({ executablePath, args: ['--no-sandbox'], timeout: 60_000 }),
    };
  } catch (error) {
    // A browser that was named is there to be used.
    if (named !== undefined) throw error;
    const [first] = String(error).split('\n');
    return { missing: `Chromium does not start here: ${first}` };
  }
}

/** The executable, unpacked once for each version, next to its libraries and its font. */
async function unpacked(): Promise<string> {
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    version: string;
  };
  const place = join(cache, `chromium-${version}`);
  if (!existsSync(place)) await unpack(place);
  await within(place, async () => setupLambdaEnvironment(join(place, 'al2023/lib')));
  return join(place, 'chromium');
}

/** Unpacks beside the place and moves there: no test meets half a browser. */
async function unpack(place: string): Promise<void> {
  mkdirSync(cache, { recursive: true });
  const beside = mkdtempSync(join(cache, 'chromium-unpacking-'));
  try {
    await within(beside, async () => {
      await packed.executablePath();
      await inflate(join(folder, 'bin/al2023.tar.br'));
      writeFileSync(join(beside, 'fonts/fonts.conf'), fontsFile(place));
    });
    if (!existsSync(place)) renameSync(beside, place);
  } finally {
    rmSync(beside, { recursive: true, force: true });
  }
}

/** The package's own names a folder that is not ours. A relative cache would be made wherever we run. */
const fontsFile = (place: string): string => `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">.</dir>
  <cachedir>${join(place, 'fonts/cache')}</cachedir>
</fontconfig>
`;

/** The package knows only one place: the folder for temporary files. */
async function within(place: string, work: () => Promise<unknown>): Promise<void> {
  const before = tmpdir();
  process.env['TMPDIR'] = place;
  try {
    await work();
  } finally {
    process.env['TMPDIR'] = before;
  }
}
