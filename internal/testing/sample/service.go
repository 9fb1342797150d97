package sample

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"

	ct "github.com/momentolint/momentolint/analyzers/credential/credentialtest"
)

const (
	west = "cell-4-us-west-2-1.prod.a.momentohq.com"
	east = "cell-us-east-1-1.prod.a.momentohq.com"
)

func day(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

// worker is a scoped permission set: orders under one prefix, the topics of
// their status, one function.
func worker() []byte {
	return ct.Explicit(ct.Cache(1, "orders", "order:*"), ct.Topic(1, "orders", "status-*"), ct.Function(1, "orders", "price"))
}

// plain is a leak of the given text, unencoded.
func plain(kind, expires, level, text string) leak {
	rules := map[string]string{"legacy": "momento-legacy-token"}
	rule := rules[kind]
	if rule == "" {
		rule = "momento-" + kind
	}
	return leak{rule: rule, kind: kind, expires: expires, level: level, spelled: text}
}

// as is the leak in another spelling.
func (l leak) as(encoding string, spell func(string) string) leak {
	l.encoding = slices.Concat([]string{encoding}, l.encoding)
	l.spelled = spell(l.spelled)
	return l
}

// spelledAs is the leak with another text.
func (l leak) spelledAs(text string) leak {
	l.spelled = text
	return l
}

// within reports that the spelling holds more than the secret.
func (l leak) within() leak {
	l.loose = true
	return l
}

// inBase64 is what "base64" makes of a text.
func inBase64(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

// inPieces writes a text as string literals of some width; between stands
// between the pieces, quotes included.
func inPieces(width int, between string) func(string) string {
	return func(text string) string {
		var pieces []string
		for len(text) > width {
			pieces = append(pieces, text[:width])
			text = text[width:]
		}
		return strings.Join(append(pieces, text), between)
	}
}

// inMail writes a text as quoted-printable does: "=" as "=3D", and lines of 76
// characters with a soft end.
func inMail(text string) string {
	return inPieces(72, "=\n")(strings.ReplaceAll(text, "=", "=3D"))
}

// service is everything in the sample.
func service() []document {
	var (
		main     = plain("api-key-v2", "unknown", "role", ct.V2(ct.Options{Seed: "orders", IssuedAt: day(2025, 6, 2)}))
		payments = plain("api-key-v2", "at", "role", ct.V2(ct.Options{Seed: "payments", IssuedAt: day(2026, 1, 5), ExpiresAt: day(2036, 1, 5)}))
		exported = plain("api-key-v2", "unknown", "role", ct.V2(ct.Options{Seed: "export", IssuedAt: day(2026, 2, 3)}))
		mailed   = plain("api-key-v2", "at", "role", ct.V2(ct.Options{Seed: "support", IssuedAt: day(2026, 3, 9), ExpiresAt: day(2031, 3, 9)}))
		cloud    = plain("api-key-v2", "unknown", "role", ct.V2(ct.Options{Seed: "cloud-init", IssuedAt: day(2025, 11, 30)}))
		super    = plain("api-key-v1", "never", "super-user", ct.V1(ct.Options{Seed: "super", Endpoint: west, Subject: "ops@example.com"}))
		reader   = plain("api-key-v1", "at", "explicit", ct.V1(ct.Options{Seed: "reader", Endpoint: west, Permissions: ct.CacheReadOnly("menu"), IssuedAt: day(2025, 1, 1), ExpiresAt: day(2035, 1, 1)}))
		scoped   = plain("api-key-v1", "at", "explicit", ct.V1(ct.Options{Seed: "worker", Endpoint: east, Permissions: worker(), IssuedAt: day(2025, 4, 1), ExpiresAt: day(2030, 4, 1), KeyFirst: true}))
		expired  = plain("api-key-v1", "expired", "super-user", ct.V1(ct.Options{Seed: "terraform", Endpoint: east, IssuedAt: day(2023, 3, 1), ExpiresAt: day(2024, 3, 1)}))
		resp     = plain("api-key-v1", "never", "explicit", ct.V1(ct.Options{Seed: "resp", Endpoint: west, Permissions: ct.Explicit(ct.Cache(1, "sessions", "*")), Subject: "platform@example.com"}))
		shell    = plain("api-key-v1", "never", "super-user", ct.V1(ct.Options{Seed: "history", Endpoint: east, Subject: "jo@example.com"}))
		inner    = plain("api-key-v1", "never", "super-user", ct.V1JWT(ct.Options{Seed: "notebook", Subject: "data@example.com"}))
		unpacked = plain("v1-jwt", "never", "explicit", ct.V1JWT(ct.Options{Seed: "curl", Permissions: ct.CacheReadOnly("menu")}))
		old      = plain("legacy", "never", "super-user", ct.Legacy(ct.Options{Seed: "2022", Endpoint: east, Subject: "founder@example.com"}))
		token    = plain("disposable-token", "expired", "explicit", ct.Disposable(ct.Options{Seed: "kiosk", Endpoint: west, Permissions: ct.Explicit(ct.Topic(2, "orders", "*")), IssuedAt: day(2026, 3, 1), ExpiresAt: day(2026, 3, 1).Add(2 * time.Hour)}))
		website  = plain("api-key-v2", "unknown", "role", ct.V2(ct.Options{Seed: "website", IssuedAt: day(2026, 4, 7)}))
		public   = leak{rule: "momento-key-in-frontend", spelled: "VITE_MOMENTO_API_KEY"}
		never    = leak{rule: "momento-never-expiring-key", spelled: "ExpiresIn.never()", loose: true}
		goNever  = leak{rule: "momento-never-expiring-key", spelled: "utils.ExpiresInNever()", loose: true}

		signing = plain("signing-key", "unknown", "explicit", ct.SigningKeyEC(ct.Options{Seed: "signing"}))
		signed  = plain("signed-token", "at", "explicit", ct.Signed(ct.Options{Seed: "logo", ExpiresAt: day(2099, 1, 1)}))
		webhook = plain("webhook-secret", "unknown", "unknown", ct.WebhookSecret("orders"))
		coming  = plain("unknown-credential", "unknown", "unknown", ct.Unknown(ct.Options{Seed: "preview", Endpoint: west}))
		renewal = plain("refresh-token", "at", "unknown", ct.RefreshV2(ct.Options{Seed: "cli", ExpiresAt: day(2031, 3, 9)}))
		browser = plain("session-token", "expired", "unknown", ct.Login(ct.Options{Seed: "har", Subject: "sam@example.com", IssuedAt: day(2026, 3, 1), ExpiresAt: day(2026, 3, 2)}))
		fan     = plain("disposable-token", "expired", "explicit", ct.DisposableV2(ct.Options{Seed: "fan", IssuedAt: day(2026, 3, 1), ExpiresAt: day(2026, 3, 1).Add(time.Hour)}))

		console    = ct.Options{Seed: "console", Endpoint: west, Permissions: ct.Explicit(ct.Cache(1, "*", "*"), ct.Topic(1, "*", "*")), IssuedAt: day(2025, 9, 1), ExpiresAt: day(2032, 9, 1)}
		downloaded = plain("api-key-v1", "at", "explicit", ct.V1(console))
		refresh    = plain("refresh-token", "unknown", "explicit", ct.Refresh(console.Seed))

		laptop     = ct.Options{Seed: "laptop", Endpoint: east, Subject: "deploy@example.com", ExpiresAt: day(2033, 7, 1)}
		session    = plain("session-token", "at", "unknown", ct.Session(laptop))
		profile    = plain("api-key-v1", "at", "super-user", ct.V1(laptop))
		profileNew = plain("api-key-v2", "at", "role", ct.V2(laptop))
	)

	docs := []document{
		{name: "README.md", text: readme},
		{name: "go.mod", text: "module example.com/orders\n\ngo 1.24\n\nrequire github.com/momentohq/client-sdk-go v1.40.1\n"},
		{name: ".env", text: "# Local development. Copy of what production has, for now.\nPORT=8080\nMOMENTO_API_KEY=§\nMOMENTO_ENDPOINT=" + east + "\nLOG_LEVEL=debug\n", leaks: []leak{main}},
		{name: "cmd/orders/main.go", text: goMain, leaks: []leak{super, goNever}},
		{name: "web/src/cache.ts", text: typeScript, leaks: []leak{reader}},
		{name: "web/.env.production", text: "VITE_API_URL=https://api.example.com\n§=§\n", leaks: []leak{public, website}},
		{name: "web/src/keys.ts", text: rotation, leaks: []leak{never}},
		{name: "worker/src/main/java/com/example/orders/Worker.java", text: java, leaks: []leak{scoped.as("split", inPieces(64, "\"\n          + \""))}},
		{name: "tools/backfill.py", text: python, leaks: []leak{old.as("split", inPieces(60, "\"\n    \""))}},
		{name: "deploy/k8s/secret.yaml", text: kubernetes, leaks: []leak{payments.as("base64", inBase64)}},
		{name: "deploy/terraform/keys.tf", text: terraformKey, leaks: []leak{never.spelledAs(`resource "momento_api_key" "orders"`)}},
		{name: "deploy/terraform/terraform.tfvars", text: "environment        = \"production\"\nmomento_auth_token = \"§\"\nreplicas           = 3\n", leaks: []leak{expired}},
		{name: "deploy/terraform/terraform.tfstate", text: terraformState, leaks: []leak{cloud.as("base64", func(key string) string {
			return inBase64("#cloud-config\nwrite_files:\n  - path: /etc/orders.env\n    content: |\n      MOMENTO_API_KEY=" + key + "\n      MOMENTO_ENDPOINT=" + west + "\n")
		}).within()}},
		{name: "deploy/docker-compose.yml", text: compose, leaks: []leak{resp}},
		{name: "notebooks/latency.ipynb", text: notebook, leaks: []leak{inner}},
		{name: "ops/momento_token.info.json", text: fmt.Sprintf("{\n  \"apiKey\": \"§\",\n  \"refreshToken\": \"§\",\n  \"endpoint\": %q,\n  \"validUntil\": %d\n}\n", west, console.ExpiresAt.Unix()), leaks: []leak{downloaded, refresh}},
		{name: "web/src/images.html", text: "<img alt=\"logo\" src=\"https://rest." + west + "/cache/get/images/logo.png?token=§\">\n", leaks: []leak{signed}},
		{name: "web/hooks/orders.mjs", text: webhooks, leaks: []leak{webhook}},
		{name: "deploy/signing.env", text: "# momento signingkey create\nMOMENTO_SIGNING_KEY='§'\n", leaks: []leak{signing}},
		{name: "deploy/preview.env", text: "MOMENTO_API_KEY=§\n", leaks: []leak{coming}},
		{name: "support/login.har", text: har, leaks: []leak{browser}},
		{name: "ops/refresh.sh", text: "#!/bin/sh\nmomento api-key refresh -t §\ncurl -H 'Authorization: §' https://api.cache." + west + "/cache/menu?key=today\ncurl -H 'Authorization: §' https://api.cache." + west + "/cache/menu?key=fan\n", leaks: []leak{renewal, unpacked, fan}},
		{name: "ops/.bash_history", text: bashHistory, leaks: []leak{shell, token}},
		{name: "support/ticket-4711.eml", text: mail, leaks: []leak{mailed.as("quoted-printable", inMail)}},
		{name: "support/export-2026-02-11.log", text: strings.ReplaceAll(windowsLog, "\n", "\r\n"), encode: utf16LE, encoding: []string{"utf-16le"}, leaks: []leak{exported}},
		{name: "backups/home-deploy.zip", archive: zipFiles, encoding: []string{"zip"}, members: []document{
			{name: "home/deploy/.profile", text: "export PATH=\"$HOME/bin:$PATH\"\n"},
			{name: "home/deploy/.momento/credentials", text: fmt.Sprintf("[.momento_session]\ntoken=§\nvalid_until=%d\n\n[default]\ntoken=§\n\n[global]\napi_key_v2=§\nendpoint=%s\n", laptop.ExpiresAt.Unix(), east), leaks: []leak{session, profile, profileNew}},
			{name: "home/deploy/.momento/config", text: "[default]\ncache=orders\nttl=600\n"},
		}},
		{name: "backups/etc-orders.tar.gz", archive: tarGzipFiles, encoding: []string{"gzip", "tar"}, members: []document{
			{name: "etc/orders/orders.conf", text: "listen = :8080\nworkers = 4\n"},
			{name: "etc/orders/orders.env", text: "# written by the installer\nMOMENTO_API_KEY='§'\nMOMENTO_ENDPOINT=" + east + "\n", leaks: []leak{main}},
		}},
	}
	return append(docs, decoys()...)
}

const webhooks = `import { WebhookUtils } from '@gomomento/sdk';

const signingSecret = '§';

export function check(id, body, signature) {
  return WebhookUtils.validateWebhookRequest(signingSecret, { id, body, signature });
}
`

const har = `{
 "log": {
  "version": "1.2",
  "creator": {"name": "Firefox", "version": "148.0"},
  "entries": [
   {
    "request": {
     "method": "GET",
     "url": "https://console.gomomento.com/api/caches",
     "headers": [{"name": "Authorization", "value": "Bearer §"}]
    }
   }
  ]
 }
}
`

const readme = `# orders: a service that leaks

A small order service with every mistake that people make with Momento
credentials: in source code, split over lines, in Kubernetes and Terraform
files, in a notebook, in shell histories, logs and backups.

**Every credential here is synthetic.** They have the structure of real ones but
are signed with a key that nobody trusts; no service accepts them. Files named
"decoy" and the placeholders look like credentials and are none of Momento's.

This folder is generated. What is to be found in it stands beside it in
` + "`leaky-service.expected.json`" + `.
`

const terraformKey = `resource "momento_role" "orders" {
  name = "orders"
}

§ {
  role_id     = momento_role.orders.id
  description = "orders, production"
}
`

const goMain = `// Command orders takes orders.
package main

import (
	"context"
	"log"
	"time"

	"github.com/momentohq/client-sdk-go/auth"
	"github.com/momentohq/client-sdk-go/config"
	"github.com/momentohq/client-sdk-go/momento"
	"github.com/momentohq/client-sdk-go/utils"
)

// TODO: take it from the environment before we go live.
const momentoKey = "§"

func main() {
	provider, err := auth.FromString(momentoKey)
	if err != nil {
		log.Fatal(err)
	}
	client, err := momento.NewAuthClient(config.AuthDefault(), provider)
	if err != nil {
		log.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	key, err := client.GenerateApiKey(ctx, &momento.GenerateApiKeyRequest{
		ExpiresIn: §,
		Scope:     momento.AllDataReadWrite,
	})
	if err != nil {
		log.Fatal(err)
	}
	log.Printf("created %+v", key)
}
`

const typeScript = `import {CacheClient, Configurations, CredentialProvider} from '@gomomento/sdk-web';

// Ends up in the bundle of every visitor.
const MOMENTO_TOKEN = '§';

export const cache = new CacheClient({
  configuration: Configurations.Browser.latest(),
  credentialProvider: CredentialProvider.fromString({authToken: MOMENTO_TOKEN}),
  defaultTtlSeconds: 60,
});
`

const rotation = `import {AuthClient, AllDataReadWrite, ExpiresIn, GenerateApiKey} from '@gomomento/sdk';

export async function newKey(client: AuthClient): Promise<string> {
  const response = await client.generateApiKey(AllDataReadWrite, §);
  if (response instanceof GenerateApiKey.Success) {
    return response.apiKey;
  }
  throw new Error('no key');
}
`

const java = `package com.example.orders;

import momento.sdk.CacheClient;
import momento.sdk.auth.StringMomentoTokenProvider;
import momento.sdk.config.Configurations;

import java.time.Duration;

public final class Worker {
  private static final String API_KEY =
      "§";

  public static void main(final String... args) {
    final var provider = new StringMomentoTokenProvider(API_KEY);
    try (final var client = CacheClient.create(provider, Configurations.Laptop.latest(), Duration.ofSeconds(60))) {
      client.get("orders", "order:1").join();
    }
  }
}
`

const python = `"""Fills the cache from last night's dump."""
from momento import CacheClient, Configurations, CredentialProvider

TOKEN = (
    "§"
)

client = CacheClient.create(
    Configurations.Laptop.v1(), CredentialProvider.from_string(TOKEN), default_ttl=None
)
`

const kubernetes = `apiVersion: v1
kind: Secret
metadata:
  name: orders-momento
  namespace: shop
type: Opaque
data:
  MOMENTO_API_KEY: §
  MOMENTO_ENDPOINT: Y2VsbC11cy1lYXN0LTEtMS5wcm9kLmEubW9tZW50b2hxLmNvbQ==
`

const terraformState = `{
  "version": 4,
  "terraform_version": "1.9.8",
  "resources": [
    {
      "mode": "managed",
      "type": "aws_instance",
      "name": "orders",
      "instances": [
        {
          "attributes": {
            "instance_type": "t4g.small",
            "user_data_base64": "§"
          }
        }
      ]
    }
  ]
}
`

const compose = `services:
  orders:
    build: .
    ports: ["8080:8080"]
    environment:
      # Redis clients speak to Momento through this.
      REDIS_URL: rediss://sessions:§@cache.` + west + `:6379
  web:
    image: nginx:1.27
    volumes: ["./web/dist:/usr/share/nginx/html:ro"]
`

const notebook = `{
 "cells": [
  {
   "cell_type": "code",
   "execution_count": 3,
   "metadata": {},
   "outputs": [
    {
     "name": "stdout",
     "output_type": "stream",
     "text": [
      "{\"endpoint\": \"` + west + `\", \"api_key\": \"§\"}\n"
     ]
    }
   ],
   "source": [
    "import base64, os\n",
    "print(base64.b64decode(os.environ[\"MOMENTO_API_KEY\"]).decode())"
   ]
  }
 ],
 "metadata": {
  "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}
 },
 "nbformat": 4,
 "nbformat_minor": 5
}
`

const bashHistory = `cd orders
git pull
export MOMENTO_API_KEY=§
momento cache list
curl -s "https://api.cache.` + west + `/cache/orders?key=order:1&token=§"
docker compose up -d
`

const mail = `From: Sam <sam@example.com>
To: support@example.com
Subject: cannot connect
Date: Mon, 9 Mar 2026 10:11:12 +0000
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

Hello,

the client says "authentication error". This is the key that I use:

§

Thanks =E2=80=93 Sam
`

const windowsLog = `2026-02-11 09:30:01  INFO   orders 2.14.0 starts on ORDERS-01
2026-02-11 09:30:01  DEBUG  environment: MOMENTO_API_KEY=§
2026-02-11 09:30:02  INFO   listening on :8080
`
