package intest

var key = "eyJhbGciOiJIUzUxMiJ9.eyJ0IjoiZyIsImp0aSI6IjAzNmRhMzQ3LTQ0NGU2ZWFkIn0.0FDuiyyc3u6Mli34dxlU_Bxxs_srIV2B0bQ6k2kfcdc9OlXOtSZChvcws5S7ssJAipIzwI8Xie5qCoxSqmMtGg" // want `hard-coded Momento API key \(v2, global\)`
