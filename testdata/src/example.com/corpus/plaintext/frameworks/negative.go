package frameworks

import (
	"fmt"
	"net/http"

	"github.com/aws/aws-lambda-go/events"
	"github.com/gin-gonic/gin"
	"github.com/go-chi/render"
	"github.com/gofiber/fiber/v2"
	"github.com/labstack/echo/v4"
	"github.com/momentohq/client-sdk-go/auth"
	responses "github.com/momentohq/client-sdk-go/responses/auth"
)

func fineWithGin(c *gin.Context, made *responses.GenerateApiKeySuccess, token *responses.GenerateDisposableTokenSuccess, p auth.CredentialProvider) {
	c.JSON(http.StatusOK, gin.H{"host": made.Endpoint, "expires": made.ExpiresAt.Epoch()})
	c.JSON(http.StatusOK, token)
	c.String(http.StatusOK, "%s", token.ApiKey)
	c.String(http.StatusOK, "%T, %d characters, %s, %v", made, len(made.ApiKey), made.Endpoint, p)
	c.Header("X-Host", made.Endpoint)
	c.Set("key", made.ApiKey) // for the handlers that follow
	c.Request.Header.Set("Authorization", made.ApiKey)
	c.Redirect(http.StatusFound, "https://"+made.Endpoint)
}

func fineWithEcho(c echo.Context, made *responses.GenerateApiKeySuccess, token *responses.GenerateDisposableTokenSuccess) error {
	c.Set("key", made.ApiKey)
	c.Request().Header.Set("Authorization", made.ApiKey)
	c.Response().Header().Set("X-Host", made.Endpoint)
	if made.ApiKey == "" {
		return echo.NewHTTPError(http.StatusUnauthorized, "no key for "+made.Endpoint)
	}
	return c.JSON(http.StatusOK, map[string]any{"token": token.ApiKey, "until": token.ValidUntil})
}

func fineWithFiber(c *fiber.Ctx, made *responses.GenerateApiKeySuccess, token *responses.GenerateDisposableTokenSuccess) error {
	c.Locals("key", made.ApiKey)
	c.Set("X-Host", made.Endpoint)
	if len(made.ApiKey) == 0 {
		return fiber.NewError(http.StatusUnauthorized, "no key for "+made.Endpoint)
	}
	return c.SendString(token.ApiKey)
}

func fineWithChi(w http.ResponseWriter, r *http.Request, made *responses.RefreshApiKeySuccess, token *responses.GenerateDisposableTokenSuccess) {
	render.JSON(w, r, token)
	render.PlainText(w, r, made.Endpoint)
}

func fineInLambda(made *responses.GenerateApiKeySuccess, token *responses.GenerateDisposableTokenSuccess) events.APIGatewayProxyResponse {
	return events.APIGatewayProxyResponse{
		Body:    fmt.Sprintf(`{"token":%q}`, token.ApiKey),
		Headers: map[string]string{"X-Host": made.Endpoint},
	}
}
