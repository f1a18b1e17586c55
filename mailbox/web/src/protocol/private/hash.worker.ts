/** A worker that hashes one stream for the vault worker, and knows nothing else. */
import { sodiumReady } from "../sodium";
import { type Port, serveHash } from "./beside";

// The types know the page's global scope as well as the worker's; here it is the worker's, which is a port.
serveHash(self as unknown as Port, sodiumReady());
