resource "momento_role" "orders" {
  name = "orders"
}

resource "momento_api_key" "orders" {
  role_id     = momento_role.orders.id
  description = "orders, production"
}
