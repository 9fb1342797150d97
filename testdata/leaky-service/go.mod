module example.com/orders

go 1.24

require github.com/momentohq/client-sdk-go v1.40.1
