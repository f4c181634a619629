//! Errors as HTTP answers: one envelope, with the status of the one table in `error`.

use crate::error::Error;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use serde_json::json;

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.code_and_status().1).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        crate::telemetry::log_error(self);
        let body =
            json!({ "error": { "code": self.code_and_status().0, "message": self.to_string() } });
        HttpResponse::build(self.status_code()).json(body)
    }
}
