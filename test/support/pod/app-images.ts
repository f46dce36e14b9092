import { nginxConfig } from "./images.ts";
import { image } from "./rootfs.ts";

/** nginx as its own images have it: it goes into the background unless its arguments say otherwise. */
export function plainNginxImage(libraries: readonly string[]): Promise<string> {
  return image({
    name: "plain-nginx",
    programs: ["/usr/sbin/nginx"],
    // What a Debian image has besides: the libraries of programs that are brought along.
    files: {
      "/etc/nginx/mime.types": "/etc/nginx/mime.types",
      ...Object.fromEntries(libraries.map((path) => [path, path])),
    },
    texts: {
      "/etc/nginx/nginx.conf": nginxConfig,
      "/etc/passwd": "nginx:x:101:101:nginx:/nonexistent:/bin/false\n",
      "/etc/group": "nginx:x:101:\n",
    },
    folders: ["tmp", "usr/share/nginx/html", "etc/nginx/conf.d"],
    changes: ["ENV PATH=/usr/sbin:/usr/bin:/sbin:/bin", 'CMD ["nginx", "-g", "daemon off;"]', "USER 101:101"],
  });
}

export function haproxyImage(): Promise<string> {
  return image({
    name: "haproxy",
    programs: ["/usr/sbin/haproxy"],
    texts: { "/etc/passwd": "haproxy:x:99:99::/nonexistent:/bin/false\n", "/etc/group": "haproxy:x:99:\n" },
    folders: ["usr/local/etc/haproxy"],
    changes: ["ENV PATH=/usr/sbin:/usr/bin:/sbin:/bin", "USER 99:99"],
  });
}
