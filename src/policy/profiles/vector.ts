import type { Profile } from "#policy/profile.ts";

// https://vector.dev/docs/administration/management/: HUP reloads the configuration, and keeps the old one when the new
// one does not validate; QUIT ends at once, without draining what TERM drains, so it is no verb.
export const vector: Profile = {
  name: "vector",
  match: { program: /^vector$/ },
  verbs: { reload: "SIGHUP" },
};
