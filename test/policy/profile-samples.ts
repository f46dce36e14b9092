/** `base name of the executable | comm, cut at 15 | command line`, as /proc has them. */
export type Sample = string;
interface Samples {
  readonly masters: readonly Sample[];
  readonly workers?: readonly Sample[];
}

export const samples: Readonly<Record<string, Samples>> = {
  nginx: {
    masters: ["nginx|nginx|nginx: master process nginx -g daemon off;"],
    workers: ["nginx|nginx|nginx: worker process", "nginx|nginx|nginx: cache manager process"],
  },
  haproxy: {
    masters: [
      "haproxy|haproxy|haproxy -W -db -f /usr/local/etc/haproxy/haproxy.cfg",
      "haproxy|haproxy|/usr/sbin/haproxy -sf 9 -x sockpair@5 -Ws -f /etc/haproxy/haproxy.cfg -p /run/haproxy.pid",
    ],
  },
  httpd: {
    masters: [
      "httpd|httpd|httpd -DFOREGROUND",
      "apache2|apache2|apache2 -DFOREGROUND",
      "apache2|apache2|/usr/sbin/apache2 -k start",
      "httpd-prefork|httpd-prefork|/usr/sbin/httpd-prefork -DSYSCONFIG -k start",
    ],
  },
  prometheus: { masters: ["prometheus|prometheus|/bin/prometheus --config.file=/etc/prometheus/prometheus.yml"] },
  alertmanager: {
    masters: [
      "alertmanager|alertmanager|/bin/alertmanager --config.file=/etc/alertmanager/alertmanager.yml",
      "prometheus-alertmanager|prometheus-aler|/usr/bin/prometheus-alertmanager",
    ],
  },
  postgres: {
    masters: [
      "postgres|postgres|postgres -c max_connections=50",
      "postgres|postgres|/usr/lib/postgresql/15/bin/postgres -D /data",
    ],
    workers: [
      "postgres|postgres|postgres: checkpointer ",
      "postgres|postgres|postgres: 15/main: autovacuum launcher ",
      "postgres|postgres|postgres: app shop 10.0.0.7(51234) idle in transaction",
    ],
  },
  "php-fpm": {
    masters: [
      "php-fpm|php-fpm|php-fpm: master process (/usr/local/etc/php-fpm.conf)",
      "php-fpm8.2|php-fpm8.2|php-fpm: master process (/etc/php/8.2/fpm/php-fpm.conf)",
      "php-fpm82|php-fpm82|php-fpm: master process (/etc/php82/php-fpm.conf)",
    ],
    workers: ["php-fpm|php-fpm|php-fpm: pool www", "php-fpm8.2|php-fpm8.2|php-fpm: pool master process"],
  },
  uwsgi: {
    masters: [
      "uwsgi|uwsgi|uwsgi --master --http :8080 --module app",
      "uwsgi-core|uwsgi|/usr/bin/uwsgi --ini /etc/uwsgi/apps-enabled/app.ini",
      "uwsgi|uwsgi|uWSGI master",
    ],
  },
  gunicorn: {
    masters: [
      "python3.11|gunicorn|/usr/local/bin/python /usr/local/bin/gunicorn -b 0.0.0.0:8000 app:app",
      "python3.12|gunicorn|gunicorn: master [app:app]",
      "python3.12|python3|python3 -u -m gunicorn app:app",
      "python3.9|python|python -m gunicorn.app.wsgiapp app:app",
    ],
    workers: ["python3.12|gunicorn|gunicorn: worker [app:app]"],
  },
  puma: {
    masters: [
      "ruby|puma|puma 6.4.0 (tcp://0.0.0.0:3000) [app]",
      "ruby3.1|puma|puma 5.6.5 (unix:///run/puma.sock) [shop]",
      "ruby|ruby|/usr/local/bin/ruby /usr/local/bundle/bin/puma -C config/puma.rb",
      "ruby|bundle|ruby /usr/local/bin/bundle exec puma -p 3000",
    ],
    workers: ["ruby|puma|puma: cluster worker 0: 17 [app]"],
  },
  "fluentd-unsupervised": {
    masters: ["ruby|fluentd|/usr/bin/ruby /usr/bin/fluentd -c /fluentd/etc/fluent.conf --no-supervisor -q"],
  },
  fluentd: {
    masters: [
      "ruby|fluentd|/usr/bin/ruby /usr/bin/fluentd -c /fluentd/etc/fluent.conf -p /fluentd/plugins",
      "ruby|td-agent|/opt/td-agent/bin/ruby /usr/sbin/td-agent --log /var/log/td-agent/td-agent.log",
      "ruby|fluentd|supervisor:aggregator",
    ],
    workers: [
      "ruby|ruby|/usr/bin/ruby -Eascii-8bit:ascii-8bit /usr/bin/fluentd -c /fluentd/etc/fluent.conf --under-supervisor",
      "ruby|ruby|worker:aggregator0",
    ],
  },
  pgbouncer: { masters: ["pgbouncer|pgbouncer|/usr/bin/pgbouncer /etc/pgbouncer/pgbouncer.ini"] },
  redis: {
    masters: [
      "redis-server|redis-server|redis-server *:6379",
      "redis-check-rdb|redis-server|/usr/bin/redis-server 127.0.0.1:6379",
      "redis-server|redis-server|redis-server 0.0.0.0:6379 [cluster]",
      "redis-sentinel|redis-sentinel|redis-sentinel *:26379 [sentinel]",
      "valkey-server|valkey-server|valkey-server *:6379",
    ],
  },
  grafana: {
    masters: [
      "grafana|grafana|grafana server --homepath=/usr/share/grafana --config=/etc/grafana/grafana.ini",
      "grafana-server|grafana-server|/usr/sbin/grafana-server --config=/etc/grafana/grafana.ini",
    ],
  },
  "fluent-bit": { masters: ["fluent-bit|fluent-bit|/fluent-bit/bin/fluent-bit -c /fluent-bit/etc/fluent-bit.conf -Y"] },
  vector: { masters: ["vector|vector|/usr/bin/vector --config-dir /etc/vector/"] },
  telegraf: { masters: ["telegraf|telegraf|telegraf --config /etc/telegraf/telegraf.conf"] },
  rsyslog: { masters: ["rsyslogd|rsyslogd|/usr/sbin/rsyslogd -n -iNONE"] },
  dnsmasq: { masters: ["dnsmasq|dnsmasq|dnsmasq -k --log-facility=-"] },
  unbound: { masters: ["unbound|unbound|/usr/sbin/unbound -d -p"] },
  named: { masters: ["named|named|/usr/sbin/named -f -u bind"] },
  coredns: { masters: ["coredns|coredns|/coredns -conf /etc/coredns/Corefile"] },
  squid: {
    masters: ["squid|squid|/usr/sbin/squid --foreground -sYC", "squid|squid|squid -NYC"],
    workers: [
      "squid|squid|(squid-1) --kid squid-1 --foreground -sYC",
      "squid|squid|(squid-coord-3) --kid squid-coord-3",
    ],
  },
  envoy: { masters: ["envoy|envoy|/usr/local/bin/envoy -c etc/istio/proxy/envoy-rev.json --drain-time-s 45"] },
  traefik: { masters: ["traefik|traefik|traefik traefik --entrypoints.web.address=:8000/tcp"] },
  mosquitto: { masters: ["mosquitto|mosquitto|/usr/sbin/mosquitto -c /mosquitto/config/mosquitto.conf"] },
  "nats-server": { masters: ["nats-server|nats-server|nats-server --config /etc/nats-config/nats.conf"] },
  vault: {
    masters: [
      "vault|vault|vault server -config=/vault/config -dev-root-token-id= -dev-listen-address=0.0.0.0:8200",
      "vault|vault|/bin/vault agent -config=/home/vault/config.json",
      "bao|bao|bao server -config=/openbao/config",
    ],
  },
  consul: { masters: ["consul|consul|/usr/local/bin/consul agent -node=a -data-dir=/consul/data"] },
  sshd: {
    masters: [
      "sshd|sshd|sshd: /usr/sbin/sshd -D -e [listener] 0 of 10-100 startups",
      "sshd.pam|sshd.pam|sshd: /usr/sbin/sshd.pam -D [listener] 1 of 10-100 startups",
      "sshd|sshd|/usr/sbin/sshd -D",
    ],
    workers: ["sshd|sshd|sshd: ann [priv]", "sshd|sshd|sshd: ann@pts/0", "sshd|sshd|sshd: unknown [net]"],
  },
  ruby: {
    masters: [
      "ruby3.1|ruby3.1|ruby /app/worker.rb",
      "ruby|ruby|/usr/local/bin/ruby bin/rails runner Job",
      "ruby|pumactl|ruby /usr/local/bundle/bin/pumactl restart",
      "ruby|fluent-cat|/usr/bin/ruby /usr/bin/fluent-cat debug.log",
      "ruby|fluent-ctl|/usr/bin/ruby /usr/bin/fluent-ctl reload 7",
    ],
  },
  java: {
    masters: ["java|java|java -Xmx512m -jar /app/app.jar", "java|java|/opt/java/openjdk/bin/java -cp /app Main"],
  },
};

/** Companions, clients and tools that must never get an app's signals. */
export const strangers: readonly Sample[] = [
  "nginx-prometheus-exporter|nginx-prometheu|/usr/bin/nginx-prometheus-exporter --nginx.scrape-uri=http://nginx/status",
  "nginx-ingress-controller|nginx-ingress-c|/nginx-ingress-controller --election-id=a",
  "haproxy_exporter|haproxy_exporte|/bin/haproxy_exporter --haproxy.scrape-uri=http://haproxy",
  "haproxy-ingress-controller|haproxy-ingress|/haproxy-ingress-controller",
  "apache_exporter|apache_exporter|/bin/apache_exporter",
  "lighttpd|lighttpd|lighttpd -D -f /etc/lighttpd/lighttpd.conf",
  "prometheus-config-reloader|prometheus-conf|/bin/prometheus-config-reloader --config-file=/etc/prometheus/prometheus.yml",
  "promtool|promtool|promtool check config /etc/prometheus/prometheus.yml",
  "amtool|amtool|amtool --alertmanager.url=http://alertmanager",
  "node|node|node prometheus.js",
  "node|node|node /app/gunicorn",
  "postgres_exporter|postgres_export|/bin/postgres_exporter",
  "psql|psql|psql -h postgres",
  "pgbouncer_exporter|pgbouncer_expor|/bin/pgbouncer_exporter",
  "php-fpm_exporter|php-fpm_exporte|/php-fpm_exporter server",
  "php8.2|php|php artisan queue:work",
  "uwsgi_exporter|uwsgi_exporter|/bin/uwsgi_exporter",
  "python3.11|python|python /app/check_gunicorn.py",
  "python3.11|python|python /app/gunicorn_exporter.py",
  "python3.11|tail.py|python tail.py /var/log/gunicorn",
  "python3.11|celery|/usr/local/bin/python /usr/local/bin/celery -A app worker",
  "redis-cli|redis-cli|redis-cli -h redis-server MONITOR",
  "redis-check-rdb|redis-check-rdb|redis-check-rdb /data/dump.rdb",
  "redis-server|redis-server|redis-rdb-bgsave *:6379",
  "redis_exporter|redis_exporter|/redis_exporter",
  "fluent-bit-watcher|fluent-bit-watc|/fluent-bit/bin/fluent-bit-watcher -b /fluent-bit/bin/fluent-bit",
  "grafana|grafana|grafana cli plugins install clock",
  "grafana-agent|grafana-agent|/bin/grafana-agent run /etc/agent.river",
  "envoy-gateway|envoy-gateway|envoy-gateway server --config-path=/config",
  "pilot-agent|pilot-agent|/usr/local/bin/pilot-agent proxy sidecar",
  "traefik-certs-dumper|traefik-certs-d|traefik-certs-dumper file",
  "nats-server-config-reloader|nats-server-con|nats-server-config-reloader -pid /var/run/nats/nats.pid",
  "mosquitto_sub|mosquitto_sub|mosquitto_sub -t a",
  "vault|vault|vault status",
  "vault-k8s|vault-k8s|/vault-k8s agent-inject",
  "consul|consul|consul members",
  "consul-template|consul-template|consul-template -config /etc/consul-template.hcl",
  "named-checkconf|named-checkconf|named-checkconf /etc/bind/named.conf",
  "dnsmasq_exporter|dnsmasq_exporte|/dnsmasq_exporter",
  "sshd-session|sshd-session|sshd-session: ann [priv]",
  "javac|javac|javac Main.java",
  "bash|bash|bash -c nginx -g 'daemon off;'",
  "tini|tini|tini -- haproxy -W",
];
