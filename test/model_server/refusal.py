"""A refused request: status, type and message become the API's error body."""

STATUS_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    408: "timeout_error",
    409: "conflict_error",
    413: "request_too_large",
    429: "rate_limit_error",
    500: "api_error",
    502: "api_error",
    503: "api_error",
    504: "timeout_error",
    529: "overloaded_error",
}


def type_of(status):
    """The error type that goes with a status."""
    return STATUS_TYPES.get(status, "api_error" if status >= 500 else "invalid_request_error")


def error_body(kind, message, request_id, details=None):
    error = {"type": kind, "message": message}
    if details is not None:
        error["details"] = details
    return {"type": "error", "error": error, "request_id": request_id}


class Refusal(Exception):
    def __init__(self, status, message, kind=None, details=None, headers=None):
        super().__init__(message)
        self.status = status
        self.message = message
        self.kind = kind or type_of(status)
        self.details = details
        self.headers = dict(headers or {})

    def body(self, request_id):
        return error_body(self.kind, self.message, request_id, self.details)


def bad(message):
    """A request that is wrong in itself."""
    return Refusal(400, message)
