package provider

import (
	"encoding/json"
	"net/http"

	"github.com/facelatch/facelatch/desk/party"
	"github.com/facelatch/facelatch/desk/result"
)

// discovery says what there is (OpenID Connect Discovery 1.0, 3; OpenID Connect for
// Identity Assurance 1.0, 8).
func (p *Provider) discovery(w http.ResponseWriter, _ *http.Request) {
	publish(w, map[string]any{
		"issuer": p.o.Issuer, "authorization_endpoint": p.o.Issuer + PathAuthorize, "token_endpoint": p.o.Issuer + PathToken,
		"jwks_uri": p.o.Issuer + PathKeys,

		"scopes_supported": []string{"openid"}, "response_types_supported": []string{"code"}, "response_modes_supported": []string{"query"},
		"grant_types_supported": []string{"authorization_code"}, "code_challenge_methods_supported": []string{"S256"},
		"token_endpoint_auth_methods_supported":          []string{"client_secret_basic", "client_secret_post", "none"},
		"authorization_response_iss_parameter_supported": true,
		"prompt_values_supported":                        []string{"login", "consent", "select_account"},
		"request_parameter_supported":                    false, "request_uri_parameter_supported": false,
		// Nobody is known again: each check has a subject of its own.
		"subject_types_supported": []string{"pairwise"}, "id_token_signing_alg_values_supported": []string{"ES256"},

		"claims_parameter_supported": true, "claim_types_supported": []string{"normal"},
		"claims_supported":           []string{"iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "verified_claims", "desk_check"},
		"trust_frameworks_supported": []string{result.TrustFramework}, "claims_in_verified_claims_supported": party.PersonClaims(),
		"evidence_supported": []string{"document"}, "documents_supported": party.DocumentTypes(),
		"documents_check_methods_supported": []string{"bvp", "bvr", "pvp"}, "ui_locales_supported": []string{"en", "zh-CN"},
	})
}

// issuer says where the keys of SD-JWT VCs are (draft-ietf-oauth-sd-jwt-vc, JWT VC
// Issuer Metadata).
func (p *Provider) issuer(w http.ResponseWriter, _ *http.Request) {
	publish(w, map[string]any{"issuer": p.o.Issuer, "jwks_uri": p.o.Issuer + PathKeys})
}

// keys publishes the keys of results (RFC 7517).
func (p *Provider) keys(w http.ResponseWriter, _ *http.Request) { publish(w, p.o.Keys()) }

// publish answers with what everybody may read, from any page, and keep for five
// minutes: a key is published before it signs, and goes after its last result.
func publish(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "public, max-age=300")
	w.Header().Set("Access-Control-Allow-Origin", "*")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_ = json.NewEncoder(w).Encode(value) // whoever is gone needs no answer
}
