/** Addresses lead to pages; whatever else is typed or mailed leads nowhere, and never out of the app. */
import { describe, expect, test } from "vitest";
import { circlePath, routeOf } from "@/app/router";

const CIRCLE = "0123456789abcdef0123456789abcdef";

describe("an address", () => {
  test.each([
    ["/", { page: "home" }],
    ["", { page: "home" }],
    ["/today", { page: "today" }],
    ["/today?from=mail#top", { page: "today" }],
    ["/sign-in", { page: "sign-in" }],
    ["/circles", { page: "circles" }],
    ["/circles/new", { page: "open-circle" }],
    [`/circles/${CIRCLE}`, { page: "circle", circle: CIRCLE, tab: "thread", rest: [] }],
    [`/circles/${CIRCLE}/plan`, { page: "circle", circle: CIRCLE, tab: "plan", rest: [] }],
    ["/go/AbC-_123456", { page: "go", token: "AbC-_123456" }],
    ["/organisation", { page: "organisation" }],
    ["/organisation/invite", { page: "organisation-task", task: "invite", worker: "" }],
    [`/organisation/role/${CIRCLE}`, { page: "organisation-task", task: "role", worker: CIRCLE }],
  ])("%s leads to its page", (path, route) => expect(routeOf(path)).toEqual(route));

  test.each([
    "/nowhere",
    "/today/extra",
    "/circles/UPPER",
    "/circles/12",
    `/circles/${CIRCLE}/secrets`,
    `/circles/${CIRCLE}/plan/a/b/c/d`,
    "/go",
    "/go/<script>",
    "/organisation/role/a/b",
    "/constructor",
    "/__proto__",
  ])("%s leads nowhere", (path) => expect(routeOf(path)).toEqual({ page: "not-found" }));
});

test("a circle's path leads back to it, on every tab", () => {
  expect(circlePath(CIRCLE)).toBe(`/circles/${CIRCLE}`);
  expect(routeOf(circlePath(CIRCLE, "people"))).toEqual({
    page: "circle",
    circle: CIRCLE,
    tab: "people",
    rest: [],
  });
});
