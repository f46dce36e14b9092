import type { Profile } from "#policy/profile.ts";
import { alertmanager } from "#policy/profiles/alertmanager.ts";
import { consul } from "#policy/profiles/consul.ts";
import { coredns } from "#policy/profiles/coredns.ts";
import { dnsmasq } from "#policy/profiles/dnsmasq.ts";
import { envoy } from "#policy/profiles/envoy.ts";
import { fluentBit } from "#policy/profiles/fluent-bit.ts";
import { fluentd } from "#policy/profiles/fluentd.ts";
import { fluentdUnsupervised } from "#policy/profiles/fluentd-unsupervised.ts";
import { grafana } from "#policy/profiles/grafana.ts";
import { gunicorn } from "#policy/profiles/gunicorn.ts";
import { haproxy } from "#policy/profiles/haproxy.ts";
import { httpd } from "#policy/profiles/httpd.ts";
import { java } from "#policy/profiles/java.ts";
import { mosquitto } from "#policy/profiles/mosquitto.ts";
import { named } from "#policy/profiles/named.ts";
import { natsServer } from "#policy/profiles/nats-server.ts";
import { nginx } from "#policy/profiles/nginx.ts";
import { pgbouncer } from "#policy/profiles/pgbouncer.ts";
import { phpFpm } from "#policy/profiles/php-fpm.ts";
import { postgres } from "#policy/profiles/postgres.ts";
import { prometheus } from "#policy/profiles/prometheus.ts";
import { puma } from "#policy/profiles/puma.ts";
import { redis } from "#policy/profiles/redis.ts";
import { rsyslog } from "#policy/profiles/rsyslog.ts";
import { ruby } from "#policy/profiles/ruby.ts";
import { squid } from "#policy/profiles/squid.ts";
import { sshd } from "#policy/profiles/sshd.ts";
import { telegraf } from "#policy/profiles/telegraf.ts";
import { traefik } from "#policy/profiles/traefik.ts";
import { unbound } from "#policy/profiles/unbound.ts";
import { uwsgi } from "#policy/profiles/uwsgi.ts";
import { vault } from "#policy/profiles/vault.ts";
import { vector } from "#policy/profiles/vector.ts";

/**
 * Every app that sexton knows, most specific first: an app in an interpreter before the interpreter, and an unsupervised
 * Fluentd before Fluentd. test/policy/profiles.test.ts checks that no file of profiles/ is missing.
 */
export const profiles: readonly Profile[] = [
  gunicorn,
  puma,
  fluentdUnsupervised,
  fluentd,
  nginx,
  haproxy,
  httpd,
  phpFpm,
  uwsgi,
  postgres,
  pgbouncer,
  redis,
  prometheus,
  alertmanager,
  grafana,
  fluentBit,
  vector,
  telegraf,
  rsyslog,
  dnsmasq,
  unbound,
  named,
  coredns,
  squid,
  envoy,
  traefik,
  mosquitto,
  natsServer,
  vault,
  consul,
  sshd,
  java,
  ruby,
];
