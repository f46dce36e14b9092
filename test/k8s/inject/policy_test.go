// What the API server makes of pods by k8s/inject/policy.yaml, by its own code: k8s.io/apiserver of Kubernetes 1.36. No test
// runs it, since it takes Go and some sixty packages; injected.json beside it holds what came out, and inject.test.ts says
// when it is out of date. To write it anew:
//
//   1. Debian sid's golang-k8s-apiserver-dev and golang-go with what they depend on, unpacked into a folder ROOT
//   2. this file into ROOT/usr/share/gocode/src/k8s.io/apiserver/pkg/admission/plugin/policy/mutating, in the place of the
//      tests there; GOPATH=ROOT/usr/share/gocode GO111MODULE=off CGO_ENABLED=0 go test -c -o evaluate . in there
//   3. bun test/k8s/inject/policy.ts > policy.json
//   4. POLICY=policy.json PODS=test/k8s/inject/pods.json OUT=test/k8s/inject/injected.json ./evaluate
package mutating

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"testing"

	v1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apiserver/pkg/admission"
	"k8s.io/apiserver/pkg/admission/plugin/cel"
	"k8s.io/apiserver/pkg/admission/plugin/policy/mutating/patch"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	"k8s.io/apiserver/pkg/authorization/authorizer"
)

type allowAll struct{}

func (allowAll) Authorize(context.Context, authorizer.Attributes) (authorizer.Decision, string, error) {
	return authorizer.DecisionAllow, "", nil
}

type outcome struct {
	Name            string         `json:"name"`
	FailedCondition string         `json:"failedCondition,omitempty"`
	Error           string         `json:"error,omitempty"`
	MatchesAgain    bool           `json:"matchesAgain"`
	Pod             runtime.Object `json:"pod,omitempty"`
}

func read(t *testing.T, variable string, into any) []byte {
	raw, err := os.ReadFile(os.Getenv(variable))
	if err == nil {
		err = json.Unmarshal(raw, into)
	}
	if err != nil {
		t.Fatal(variable, err)
	}
	return raw
}

func TestPolicy(t *testing.T) {
	var policy v1.MutatingAdmissionPolicy
	var pods []corev1.Pod
	hash := sha256.Sum256(read(t, "POLICY", &policy))
	read(t, "PODS", &pods)
	// An error in a condition is to be seen, and not to be ignored.
	fail := v1.Fail
	policy.Spec.FailurePolicy = &fail
	scheme := runtime.NewScheme()
	if err := corev1.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	evaluator := compilePolicy(&policy)
	if evaluator.Error != nil {
		t.Fatal(evaluator.Error)
	}
	kind := schema.GroupVersionKind{Version: "v1", Kind: "Pod"}
	resource := schema.GroupVersionResource{Version: "v1", Resource: "pods"}
	outcomes := []outcome{}
	for i := range pods {
		ctx := evaluator.CompositedCompiler.CreateContext(context.Background())
		var object runtime.Object = &pods[i]
		attributes := func() *admission.VersionedAttributes {
			record := admission.NewAttributesRecord(object, nil, kind, "default", pods[i].Name, resource, "", admission.Create, &metav1.CreateOptions{}, false, nil)
			return &admission.VersionedAttributes{Attributes: record, VersionedKind: kind, VersionedObject: object}
		}
		match := evaluator.Matcher.Match(ctx, attributes(), nil, allowAll{})
		if match.Error != nil {
			t.Fatal(pods[i].Name, match.Error)
		}
		result := outcome{Name: pods[i].Name, FailedCondition: match.FailedConditionName}
		for _, patcher := range evaluator.Mutators {
			if !match.Matches {
				break
			}
			request := patch.Request{
				MatchedResource:     resource,
				VersionedAttributes: attributes(),
				ObjectInterfaces:    admission.NewObjectInterfacesFromScheme(scheme),
				OptionalVariables:   cel.OptionalVariableBindings{Authorizer: allowAll{}},
			}
			patched, err := patcher.Patch(ctx, request, celconfig.RuntimeCELCostBudget)
			if err != nil {
				result.Error = err.Error()[max(0, len(err.Error())-200):]
				break
			}
			object = patched
			result.Pod = patched
			result.MatchesAgain = evaluator.Matcher.Match(ctx, attributes(), nil, allowAll{}).Matches
		}
		outcomes = append(outcomes, result)
	}
	text, err := json.MarshalIndent(map[string]any{"policy": hex.EncodeToString(hash[:]), "outcomes": outcomes}, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(os.Getenv("OUT"), append(text, '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
}
