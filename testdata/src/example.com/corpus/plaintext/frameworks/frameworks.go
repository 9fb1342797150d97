// Package frameworks answers requests with web frameworks.
package frameworks

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/aws/aws-lambda-go/events"
	"github.com/gin-gonic/gin"
	"github.com/go-chi/render"
	"github.com/gofiber/fiber/v2"
	"github.com/labstack/echo/v4"
	"github.com/momentohq/client-sdk-go/auth"
	responses "github.com/momentohq/client-sdk-go/responses/auth"
)

func withGin(c *gin.Context, made *responses.GenerateApiKeySuccess, p auth.CredentialProvider) {
	c.JSON(http.StatusOK, made)                                                              // want `a whole GenerateApiKeySuccess is sent in an HTTP response by \(\*github.com/gin-gonic/gin.Context\).JSON`
	c.JSON(http.StatusOK, gin.H{"host": made.Endpoint, "key": made.ApiKey})                  // want `GenerateApiKeySuccess.ApiKey is sent in an HTTP response`
	c.YAML(http.StatusOK, map[string]string{"refresh": made.RefreshToken})                   // want `GenerateApiKeySuccess.RefreshToken is sent in an HTTP response`
	c.AbortWithStatusJSON(http.StatusUnauthorized, gin.H{"error": "bad key " + made.ApiKey}) // want `GenerateApiKeySuccess.ApiKey is sent in an HTTP response`
	c.String(http.StatusOK, "for %s: %s", made.Endpoint, made.ApiKey)                        // want `GenerateApiKeySuccess.ApiKey is sent in an HTTP response by \(\*github.com/gin-gonic/gin.Context\).String`
	c.String(http.StatusOK, "key "+made.ApiKey)                                              // want `GenerateApiKeySuccess.ApiKey is sent in an HTTP response`
	c.String(http.StatusOK, "%#v", p)                                                        // want `a CredentialProvider, which does not mask itself here, is sent in an HTTP response`
	c.Header("X-Key", made.ApiKey)                                                           // want `GenerateApiKeySuccess.ApiKey is sent in an HTTP response by \(\*github.com/gin-gonic/gin.Context\).Header`
	c.Writer.Header().Set("X-Key", p.GetAuthToken())                                         // want `CredentialProvider.GetAuthToken is sent in an HTTP response`
	c.SetCookie("key", made.ApiKey, 3600, "/", "example.com", true, true)                    // want `GenerateApiKeySuccess.ApiKey is sent in an HTTP response`
	c.Data(http.StatusOK, "text/plain", []byte(made.ApiKey))                                 // want `GenerateApiKeySuccess.ApiKey is sent in an HTTP response`
	c.DataFromReader(http.StatusOK, -1, "text/plain", strings.NewReader(made.ApiKey), nil)   // want `GenerateApiKeySuccess.ApiKey is sent in an HTTP response`
	c.SSEvent("key", made.ApiKey)                                                            // want `GenerateApiKeySuccess.ApiKey is sent in an HTTP response`
	c.Redirect(http.StatusFound, "/login?key="+made.ApiKey)                                  // want `GenerateApiKeySuccess.ApiKey is put into a URL by \(\*github.com/gin-gonic/gin.Context\).Redirect`
	fmt.Fprintf(c.Writer, "key %s", made.ApiKey)                                             // want `GenerateApiKeySuccess.ApiKey is sent in an HTTP response by fmt.Fprintf`
	_, _ = c.Writer.WriteString(made.ApiKey)                                                 // want `GenerateApiKeySuccess.ApiKey is sent in an HTTP response`
}

func withEcho(c echo.Context, made *responses.GenerateApiKeySuccess, p auth.CredentialProvider) error {
	c.SetCookie(&http.Cookie{Name: "key", Value: made.ApiKey}) // want `GenerateApiKeySuccess.ApiKey is sent in an HTTP response by \(github.com/labstack/echo/v4.Context\).SetCookie`
	c.Response().Header().Set("X-Key", made.ApiKey)            // want `GenerateApiKeySuccess.ApiKey is sent in an HTTP response`
	fmt.Fprint(c.Response(), made.RefreshToken)                // want `GenerateApiKeySuccess.RefreshToken is sent in an HTTP response`
	switch c.Param("as") {
	case "json":
		return c.JSON(http.StatusOK, made) // want `a whole GenerateApiKeySuccess is sent in an HTTP response by \(github.com/labstack/echo/v4.Context\).JSON`
	case "pretty":
		return c.JSONPretty(http.StatusOK, map[string]string{"key": made.ApiKey}, "  ") // want `GenerateApiKeySuccess.ApiKey is sent in an HTTP response`
	case "jsonp":
		return c.JSONP(http.StatusOK, "show", made) // want `a whole GenerateApiKeySuccess is sent in an HTTP response`
	case "blob":
		return c.Blob(http.StatusOK, "text/plain", []byte(p.GetAuthToken())) // want `CredentialProvider.GetAuthToken is sent in an HTTP response`
	case "stream":
		return c.Stream(http.StatusOK, "text/plain", strings.NewReader(made.ApiKey)) // want `GenerateApiKeySuccess.ApiKey is sent in an HTTP response`
	case "elsewhere":
		return c.Redirect(http.StatusFound, "/login?key="+made.ApiKey) // want `GenerateApiKeySuccess.ApiKey is put into a URL`
	case "bad":
		return echo.NewHTTPError(http.StatusUnauthorized, "bad key "+made.ApiKey) // want `GenerateApiKeySuccess.ApiKey is put into an error by github.com/labstack/echo/v4.NewHTTPError`
	}
	return c.String(http.StatusOK, "key "+made.ApiKey) // want `GenerateApiKeySuccess.ApiKey is sent in an HTTP response by \(github.com/labstack/echo/v4.Context\).String`
}

func withFiber(c *fiber.Ctx, made *responses.GenerateApiKeySuccess) error {
	c.Set("X-Key", made.ApiKey)                               // want `GenerateApiKeySuccess.ApiKey is sent in an HTTP response by \(\*github.com/gofiber/fiber/v2.Ctx\).Set`
	c.Append("X-Key", "a", made.ApiKey)                       // want `GenerateApiKeySuccess.ApiKey is sent in an HTTP response`
	c.Cookie(&fiber.Cookie{Name: "key", Value: made.ApiKey})  // want `GenerateApiKeySuccess.ApiKey is sent in an HTTP response`
	_, _ = c.Writef("for %s: %s", made.Endpoint, made.ApiKey) // want `GenerateApiKeySuccess.ApiKey is sent in an HTTP response by \(\*github.com/gofiber/fiber/v2.Ctx\).Writef`
	_, _ = fmt.Fprintf(c, "key %s", made.ApiKey)              // want `GenerateApiKeySuccess.ApiKey is sent in an HTTP response`
	_, _ = c.WriteString(made.ApiKey)                         // want `GenerateApiKeySuccess.ApiKey is sent in an HTTP response`
	switch c.Params("as") {
	case "json":
		return c.Status(http.StatusOK).JSON(fiber.Map{"key": made.ApiKey}) // want `GenerateApiKeySuccess.ApiKey is sent in an HTTP response by \(\*github.com/gofiber/fiber/v2.Ctx\).JSON`
	case "xml":
		return c.XML(made) // want `a whole GenerateApiKeySuccess is sent in an HTTP response`
	case "bytes":
		return c.Send([]byte(made.ApiKey)) // want `GenerateApiKeySuccess.ApiKey is sent in an HTTP response`
	case "stream":
		return c.SendStream(strings.NewReader(made.ApiKey)) // want `GenerateApiKeySuccess.ApiKey is sent in an HTTP response`
	case "elsewhere":
		return c.Redirect("/login?key=" + made.ApiKey) // want `GenerateApiKeySuccess.ApiKey is put into a URL`
	case "bad":
		return fiber.NewError(http.StatusUnauthorized, "bad key "+made.ApiKey) // want `GenerateApiKeySuccess.ApiKey is put into an error by github.com/gofiber/fiber/v2.NewError`
	}
	return c.SendString(made.ApiKey) // want `GenerateApiKeySuccess.ApiKey is sent in an HTTP response by \(\*github.com/gofiber/fiber/v2.Ctx\).SendString`
}

func withChi(w http.ResponseWriter, r *http.Request, made *responses.RefreshApiKeySuccess) {
	render.JSON(w, r, made)                               // want `a whole RefreshApiKeySuccess is sent in an HTTP response by github.com/go-chi/render.JSON`
	render.XML(w, r, map[string]string{"k": made.ApiKey}) // want `RefreshApiKeySuccess.ApiKey is sent in an HTTP response`
	render.PlainText(w, r, "key "+made.ApiKey)            // want `RefreshApiKeySuccess.ApiKey is sent in an HTTP response by github.com/go-chi/render.PlainText`
	render.HTML(w, r, "<b>"+made.RefreshToken+"</b>")     // want `RefreshApiKeySuccess.RefreshToken is sent in an HTTP response`
	render.Data(w, r, []byte(made.ApiKey))                // want `RefreshApiKeySuccess.ApiKey is sent in an HTTP response`
}

func gateway(made *responses.GenerateApiKeySuccess) events.APIGatewayProxyResponse {
	return events.APIGatewayProxyResponse{
		StatusCode: http.StatusOK,
		Body:       made.ApiKey,                             // want `GenerateApiKeySuccess.ApiKey is sent in an HTTP response by APIGatewayProxyResponse.Body`
		Headers:    map[string]string{"X-Key": made.ApiKey}, // want `GenerateApiKeySuccess.ApiKey is sent in an HTTP response by APIGatewayProxyResponse.Headers`
	}
}

func lambda(made *responses.GenerateApiKeySuccess) (a events.APIGatewayV2HTTPResponse, b *events.LambdaFunctionURLResponse, c events.ALBTargetGroupResponse) {
	a.Body = fmt.Sprintf(`{"key":%q}`, made.ApiKey) // want `GenerateApiKeySuccess.ApiKey is sent in an HTTP response by APIGatewayV2HTTPResponse.Body`
	a.Cookies = []string{"key=" + made.ApiKey}      // want `GenerateApiKeySuccess.ApiKey is sent in an HTTP response by APIGatewayV2HTTPResponse.Cookies`
	b = &events.LambdaFunctionURLResponse{}
	b.Body = made.RefreshToken // want `GenerateApiKeySuccess.RefreshToken is sent in an HTTP response by LambdaFunctionURLResponse.Body`
	c.Body = made.ApiKey       // want `GenerateApiKeySuccess.ApiKey is sent in an HTTP response by ALBTargetGroupResponse.Body`
	return a, b, c
}
