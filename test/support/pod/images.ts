import { mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { run } from "./command.ts";
import { groundFolder, prepareGround } from "./ground.ts";
import { image, type Recipe } from "./rootfs.ts";

/** The programs of test/programs/pod. */
export type ActorProgram = "deaf" | "drains" | "hungry" | "leaks" | "reloads";

/** An image that is nothing but one static program out of test/programs/pod. */
export async function actorImage(program: ActorProgram): Promise<string> {
  await prepareGround();
  const source = join(import.meta.dir, "../../programs/pod", `${program}.c`);
  const folder = join(groundFolder, "tmp", "programs");
  mkdirSync(folder, { recursive: true });
  // Compiled under a name of its own and moved into place: two runs may be doing this at the same moment.
  const fresh = join(folder, `${program}.${process.pid}`);
  await run(["cc", "-static", "-Os", "-s", "-Wall", "-Wextra", "-Werror", "-o", fresh, source]);
  const binary = join(folder, program);
  renameSync(fresh, binary);
  return image({
    name: program,
    files: { [`/${program}`]: binary },
    changes: [`ENTRYPOINT ["/${program}"]`],
  });
}

/** The UID that the public unprivileged nginx image runs as; ours does the same. */
export const nginxUid = 101;

/** nginx out of Debian's package: in the foreground, as its own user, two workers, logging to stderr. */
export function nginxImage(): Promise<string> {
  return image(nginxRecipe());
}

/** The same nginx behind `sexton init`, with a shell to start other things by. */
export function initImage(sexton: string): Promise<string> {
  const recipe = nginxRecipe();
  return image({
    ...recipe,
    name: "init",
    programs: [...(recipe.programs ?? []), "/bin/sh", "/bin/sleep"],
    files: { ...recipe.files, "/sexton": sexton },
    changes: [
      'ENTRYPOINT ["/sexton", "init", "--"]',
      'CMD ["/usr/sbin/nginx"]',
      ...recipe.changes.filter((change) => !change.startsWith("ENTRYPOINT")),
    ],
  });
}

function nginxRecipe(): Recipe {
  return {
    name: "nginx",
    programs: ["/usr/sbin/nginx"],
    files: { "/etc/nginx/mime.types": "/etc/nginx/mime.types" },
    texts: {
      "/etc/nginx/nginx.conf": `daemon off;\n${nginxConfig}`,
      "/etc/nginx/conf.d/default.conf": defaultServer,
      "/etc/passwd": `nginx:x:${nginxUid}:${nginxUid}:nginx:/nonexistent:/bin/false\n`,
      "/etc/group": `nginx:x:${nginxUid}:\n`,
    },
    folders: ["tmp", "usr/share/nginx/html"],
    changes: ['ENTRYPOINT ["/usr/sbin/nginx"]', `USER ${nginxUid}:${nginxUid}`, "STOPSIGNAL SIGQUIT"],
  };
}

// Everything that nginx writes is below /tmp, as in the public unprivileged image, so its root can be read-only.
export const nginxConfig = `worker_processes 2;
error_log stderr notice;
pid /tmp/nginx.pid;
events { worker_connections 64; }
http {
  include /etc/nginx/mime.types;
  access_log off;
  client_body_temp_path /tmp/client;
  proxy_temp_path /tmp/proxy;
  fastcgi_temp_path /tmp/fastcgi;
  uwsgi_temp_path /tmp/uwsgi;
  scgi_temp_path /tmp/scgi;
  include /etc/nginx/conf.d/*.conf;
}
`;

const defaultServer = `server {
  listen 127.0.0.1:8080;
  location / { return 200 "from nginx\\n"; }
}
`;
