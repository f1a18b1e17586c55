/** Letters to the own organisation, a referral above all: here only how many wait to be read. */
import type { Desk } from "@/end/desk";
import { Refused } from "@/end/errors";
import * as answers from "@/hub/answers";
import { LetterRow } from "@/hub/letteranswers";

/** How many letters nobody has opened, of the first page; none where letters are not for this person. */
export async function lettersWaiting(desk: Desk): Promise<number> {
  try {
    const page = await desk.connection.get("/v1/letters", answers.page(LetterRow));
    return page.items.filter((row) => !row.fetched).length;
  } catch (error) {
    if (error instanceof Refused) return 0;
    throw error;
  }
}
