/** The eight categories of a needs assessment (DOMAIN, "From referral to closure"); codes stand in sealed plans. */
import type { ReasonChoice } from "@/vault/api";

export const NEEDS: readonly ReasonChoice[] = [
  "Mental and physical health",
  "Shelter and accommodation",
  "Family, friends and children",
  "Education, skills and employment",
  "Drugs and alcohol",
  "Finance and benefits",
  "Outlook and attitudes",
  "Social interactions",
].map((label, place) => ({ code: place + 1, label }));

/** The words for a category. */
export function needLabel(category: number): string {
  return NEEDS.find((need) => need.code === category)?.label ?? "Another need";
}
