// Prints the policy as JSON, and nothing else: what policy_test.go takes.
import { manifests } from "../../support/pod/manifests.ts";

const policy = JSON.stringify(manifests().get("inject/policy.yaml")?.[0]);
if (import.meta.main) process.stdout.write(policy);

export { policy };
