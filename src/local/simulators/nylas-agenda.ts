/** Role: what is to happen later in a simulation: a binary heap by time, ties by order of entry. */

/** Tasks with the instant (epoch milliseconds) at which they are to run. */
export interface Agenda<T> {
  add(at: number, task: T): void;
  nextAt(): number | undefined;
  /** The earliest task; it stays. */
  first(): T | undefined;
  /** Removes and gives the earliest task; throws when there is none. */
  takeFirst(): T;
}

interface Item<T> {
  readonly at: number;
  readonly order: number;
  readonly task: T;
}

/** An empty agenda. */
export function agenda<T>(): Agenda<T> {
  const heap: Item<T>[] = [];
  let order = 0;

  function add(at: number, task: T): void {
    order += 1;
    heap.push({ at, order, task });
    let child = heap.length - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!isBefore(heap[child]!, heap[parent]!)) break;
      swap(heap, child, parent);
      child = parent;
    }
  }

  function takeFirst(): T {
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined) throw new Error('The agenda is empty');
    if (heap.length > 0) {
      heap[0] = last;
      sink(heap);
    }
    return first.task;
  }

  return { add, takeFirst, nextAt: () => heap[0]?.at, first: () => heap[0]?.task };
}

function sink<T>(heap: Item<T>[]): void {
  let parent = 0;
  for (;;) {
    let least = parent;
    for (const child of [2 * parent + 1, 2 * parent + 2]) {
      if (child < heap.length && isBefore(heap[child]!, heap[least]!)) least = child;
    }
    if (least === parent) return;
    swap(heap, least, parent);
    parent = least;
  }
}

function isBefore<T>(one: Item<T>, other: Item<T>): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}

function swap<T>(heap: Item<T>[], one: number, other: number): void {
  const held = heap[one]!;
  heap[one] = heap[other]!;
  heap[other] = held;
}
