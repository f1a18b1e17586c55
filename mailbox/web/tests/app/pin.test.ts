/** A PIN is short, so the easiest ones are refused before anything is sent. */
import { expect, test } from "vitest";
import { pinFault } from "@/pages/settings/Quicker";

test.each(["1234", "0000", "567890", "12", "12ab", "", "1234567890123"])("%s is refused", (pin) => {
  expect(pinFault(pin)).toBeTypeOf("string");
});

test.each(["4071", "908172", "13579"])("%s is taken", (pin) => expect(pinFault(pin)).toBeUndefined());
