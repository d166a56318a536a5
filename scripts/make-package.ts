/** Role: makes the package, starts it as Microsoft's worker would, and says what is wrong with it. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Metafile } from 'esbuild';
import { writeBundle, type BundlePaths } from './bundle.ts';
import {
  differences,
  functionsIn,
  parts,
  type Functions,
  type Part,
} from './expected-functions.ts';
import { packageBytes, packageFiles, packagePaths } from './package-files.ts';
import { startPackage } from './start-package.ts';
import { listZip, unzip, zip, type Files, type Listed } from './zip.ts';

/** What the command has to say, for people and for programs. */
export interface PackageReport {
  readonly archive: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly limitBytes: number;
  readonly files: readonly Listed[];
  readonly functions: Readonly<Record<Part, Functions>>;
  /** What is wrong, a sentence each; empty when the package is good. */
  readonly faults: readonly string[];
}

export interface PackagePlan {
  /** Where the bundle is made from, and where it goes. */
  readonly bundle: BundlePaths;
  /** Where the archive goes; relative to the bundle's root. */
  readonly archive: string;
  /** A folder that is to hold the same files; what it held is lost. */
  readonly folder?: string | undefined;
}

/** An archive as it was written. */
export interface Archive {
  readonly bytes: Uint8Array;
  /** What the bundle in it is made of. */
  readonly metafile: Metafile;
}

/** Builds the bundle and packs it with all that goes with it. */
export async function writeArchive({ bundle, archive, folder }: PackagePlan): Promise<Archive> {
  const metafile = await writeBundle(bundle);
  const bytes = zip(packageFiles(bundle.root, resolve(bundle.root, bundle.outfile)));
  writeFileSync(resolve(bundle.root, archive), bytes);
  if (folder !== undefined) unpack(unzip(bytes), resolve(bundle.root, folder));
  return { bytes, metafile };
}

/** Makes the package. What is wrong with it is told, not thrown. @throws PackageDoesNotStart */
export async function makePackage(plan: PackagePlan): Promise<PackageReport> {
  const { bytes } = await writeArchive(plan);
  const made = {
    archive: plan.archive,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    bytes: bytes.length,
    limitBytes: packageBytes,
    files: listZip(bytes),
    functions: await registeredBy(bytes),
  };
  return { ...made, faults: faultsOf(made) };
}

/** What is wrong with a package, a sentence each. */
export function faultsOf(made: Omit<PackageReport, 'faults'>): string[] {
  const { bytes, limitBytes, files, functions } = made;
  const paths = files.map(({ path }) => path).join(', ');
  return [
    ...(bytes > limitBytes
      ? [`The package has ${grouped(bytes)} bytes; it may have ${grouped(limitBytes)}.`]
      : []),
    ...(paths === packagePaths.join(', ')
      ? []
      : [`The package holds ${paths}, and should hold ${packagePaths.join(', ')}.`]),
    ...parts.flatMap((part) => differences(part, functions[part])),
  ];
}

/** Far from this repository, so that nothing is found that the package does not bring. */
async function registeredBy(archive: Uint8Array): Promise<Record<Part, Functions>> {
  const folder = mkdtempSync(join(tmpdir(), 'keeper-package-'));
  try {
    unpack(unzip(archive), folder);
    const started = parts.map(async (part) => {
      const { functions } = await startPackage(folder, { KEEPER_PART: part });
      return [part, functionsIn(functions)] as const;
    });
    return Object.fromEntries(await Promise.all(started)) as Record<Part, Functions>;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Writes files into a folder, in place of what it held. */
function unpack(files: Files, folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  for (const [path, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
}

/** The report for people. */
export function inWords({
  archive,
  sha256,
  bytes,
  limitBytes,
  files,
  functions,
}: PackageReport): string {
  const listing = files.map(
    ({ path, bytes: size, packedBytes }) =>
      `  ${path.padEnd(20)}${grouped(size).padStart(10)} bytes, packed ${grouped(packedBytes).padStart(9)}`,
  );
  const registered = (['web', 'worker'] as const).flatMap((part) => [
    `${part}:`,
    ...Object.entries(functions[part])
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, bindings]) => `  ${name.padEnd(20)}${bindings.map(bindingInWords).join(' · ')}`),
  ]);
  return [
    `${archive}  ${grouped(bytes)} bytes of at most ${grouped(limitBytes)}`,
    `sha256 ${sha256}`,
    '',
    ...listing,
    '',
    ...registered,
    '',
  ].join('\n');
}

/** Members in the order in which one would say them. */
function bindingInWords({ type, direction, ...members }: Functions[string][number]): string {
  const told = Object.entries(members).map(([name, value]) => `${name}=${String(value)}`);
  return [String(type), ...(direction === 'out' ? ['out'] : []), ...told].join(' ');
}

function grouped(count: number): string {
  return count.toLocaleString('en-US');
}
