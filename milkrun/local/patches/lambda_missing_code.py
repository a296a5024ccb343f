"""Lambda: a function whose code is not there does not exist.

The gap: a stack whose function names an object that is not in the bucket is created all the same, and the function
then answers 200 "Mock response - no code deployed".
AWS: creation fails, with the error of the S3 request; the stack rolls back.
Conformance: tests/integration/local/test_lambda_code.py
"""

from typing import Any

from milkrun.local.patches import hooks


def apply() -> None:
    """Fail the resource, and fail any invocation that gets through without code."""
    hooks.when_imported("ministack.services.cloudformation.provisioners", _patch_provisioners)
    hooks.when_imported(
        "ministack.services.lambda_svc",
        lambda module: hooks.wrap(module, "_execute_function_warm", "func event request_id", _execute),
    )


def _patch_provisioners(module: hooks.Module) -> None:
    hooks.wrap(module, "_lambda_create", "logical_id props stack_name", lambda real: _create(real, module))
    module._RESOURCE_HANDLERS["AWS::Lambda::Function"]["create"] = module._lambda_create


def _create(real: Any, provisioners: hooks.Module) -> Any:
    def create(logical_id: str, props: Any, stack_name: str) -> Any:
        code = props.get("Code", {})
        bucket, key = code.get("S3Bucket"), code.get("S3Key")
        lambda_service = provisioners._lambda_svc
        # A bucket of another Region is the emulator's own error, and the truer one: let it speak first.
        if bucket and key and not lambda_service.s3_code_region_message(bucket):
            found = lambda_service._fetch_code_from_s3(bucket, key, version_id=code.get("S3ObjectVersion"))
            if found is None:
                raise ValueError(
                    "Error occurred while GetObject. S3 Error Code: NoSuchKey. "
                    f"S3 Error Message: The specified key does not exist. (s3://{bucket}/{key})"
                )
        return real(logical_id, props, stack_name)

    return create


def _execute(real: Any) -> Any:
    def execute(func: Any, event: Any, request_id: str) -> Any:
        if not func.get("code_zip"):
            body = {"errorType": "Runtime.NoCode", "errorMessage": "The function has no code."}
            return {"body": body, "error": True, "log": ""}
        return real(func, event, request_id)

    return execute
