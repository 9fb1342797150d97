// Command orders takes orders.
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
const momentoKey = "eyJlbmRwb2ludCI6ImNlbGwtNC11cy13ZXN0LTItMS5wcm9kLmEubW9tZW50b2hxLmNvbSIsImFwaV9rZXkiOiJleUpoYkdjaU9pSklVekkxTmlJc0luUjVjQ0k2SWtwWFZDSjkuZXlKemRXSWlPaUp2Y0hOQVpYaGhiWEJzWlM1amIyMGlMQ0oyWlhJaU9qRXNJbkFpT2lKRFFVRTlJbjAubXhOQUd4TWJ6a0h1b0JybnVoMDJ3bk1xdDEzam1ZRWowd3EzRFFUMGRfRSJ9"

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
		ExpiresIn: utils.ExpiresInNever(),
		Scope:     momento.AllDataReadWrite,
	})
	if err != nil {
		log.Fatal(err)
	}
	log.Printf("created %+v", key)
}
