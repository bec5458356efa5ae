// Asks several servers at once and waits for none longer than the others' answers may wait (spec: serve, "Several servers in
// one endpoint").
import type { Member, MemberAnswer } from './member.js';

export interface Part {
  readonly member: Member;
  readonly answer: MemberAnswer;
}

export interface Gathering {
  readonly asked: readonly { readonly member: Member; readonly answer: Promise<MemberAnswer> }[];
  /** Takes each answer that comes when nobody waits any more. */
  readonly onLate: (part: Part) => void;
}

/** How long one server may delay what the others have said. */
const PATIENCE_MS = 3_000;

/** The answers within the limit, in the order of the servers. */
export async function gather({ asked, onLate }: Gathering): Promise<readonly Part[]> {
  const parts = new Map<Member, Part>();
  let isOver = false;
  const all = asked.map(async ({ member, answer }) => {
    const part = { member, answer: await answer };
    if (isOver) onLate(part);
    else parts.set(member, part);
  });
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MS);
  });
  await Promise.race([Promise.all(all), patience]);
  clearTimeout(timer);
  isOver = true;
  return asked.flatMap(({ member }) => parts.get(member) ?? []);
}
