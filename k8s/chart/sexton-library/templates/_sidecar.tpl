{{/*
sexton as a native sidecar: an item for initContainers. The pod has to say shareProcessNamespace: true.

  initContainers:
    {{- include "sexton.sidecar" (dict "target" "web" "watch" "config=/etc/nginx/conf.d,target=web") | nindent 4 }}

  image         sexton:0.1.0
  target        the container that is the app; not needed while it is the only one
  watch         as SEXTON_WATCH says it
  profile       observe, signal (default), signal-any or full: k8s/profiles
  runAsUser     of the profile signal, where not the pod says it; runAsGroup likewise
  env           more variables, as a list
  volumeMounts  what is watched has to be mounted here too
  resources     requests and limits
*/}}
{{- define "sexton.sidecar" -}}
{{- $known := list "image" "target" "watch" "profile" "runAsUser" "runAsGroup" "env" "volumeMounts" "resources" -}}
{{- range $key := keys . | sortAlpha -}}
{{- if not (has $key $known) }}{{ fail (printf "Cannot include sexton.sidecar: there is no %q, only %s" $key (join ", " $known)) }}{{ end -}}
{{- end -}}
{{- $profile := .profile | default "signal" -}}
{{- $root := has $profile (list "signal-any" "full") -}}
{{- if not (has $profile (list "observe" "signal" "signal-any" "full")) }}{{ fail (printf "Cannot include sexton.sidecar: no profile is called %q" $profile) }}{{ end -}}
- name: sexton
  image: {{ .image | default "sexton:0.1.0" | quote }}
  restartPolicy: Always
  env:
    {{- with .target }}
    - { name: SEXTON_TARGET_CONTAINER, value: {{ . | quote }} }
    {{- end }}
    {{- with .watch }}
    - { name: SEXTON_WATCH, value: {{ . | quote }} }
    {{- end }}
    - { name: SEXTON_PROBES, value: "0.0.0.0:9098" }
    - { name: POD_NAME, valueFrom: { fieldRef: { fieldPath: metadata.name } } }
    - { name: POD_NAMESPACE, valueFrom: { fieldRef: { fieldPath: metadata.namespace } } }
    - { name: POD_UID, valueFrom: { fieldRef: { fieldPath: metadata.uid } } }
    - { name: POD_IP, valueFrom: { fieldRef: { fieldPath: status.podIP } } }
    - { name: NODE_NAME, valueFrom: { fieldRef: { fieldPath: spec.nodeName } } }
    - { name: CONTAINER_NAME, value: sexton }
    {{- with .env }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  ports:
    - { name: sexton-probes, containerPort: 9098 }
  startupProbe:
    httpGet: { path: /startupz, port: sexton-probes }
    periodSeconds: 1
    failureThreshold: 30
  livenessProbe:
    httpGet: { path: /livez, port: sexton-probes }
    periodSeconds: 10
    timeoutSeconds: 5
    failureThreshold: 6
  readinessProbe:
    httpGet: { path: /readyz, port: sexton-probes }
    periodSeconds: 10
    timeoutSeconds: 5
  resources:
    {{- .resources | default (dict "requests" (dict "cpu" "10m" "memory" "48Mi") "limits" (dict "memory" "128Mi")) | toYaml | nindent 4 }}
  securityContext:
    {{- if $root }}
    runAsUser: 0
    runAsGroup: 0
    {{- else if eq $profile "observe" }}
    runAsUser: 65532
    runAsGroup: 65532
    {{- else }}
    {{- if hasKey . "runAsUser" }}
    runAsUser: {{ .runAsUser | int64 }}
    {{- end }}
    {{- if hasKey . "runAsGroup" }}
    runAsGroup: {{ .runAsGroup | int64 }}
    {{- end }}
    {{- end }}
    runAsNonRoot: {{ not $root }}
    allowPrivilegeEscalation: false
    readOnlyRootFilesystem: true
    {{- if eq $profile "full" }}
    capabilities: { drop: [ALL], add: [KILL, SYS_PTRACE, DAC_READ_SEARCH] }
    {{- else if eq $profile "signal-any" }}
    capabilities: { drop: [ALL], add: [KILL] }
    {{- else }}
    capabilities: { drop: [ALL] }
    {{- end }}
    seccompProfile: { type: RuntimeDefault }
  {{- with .volumeMounts }}
  volumeMounts:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}
