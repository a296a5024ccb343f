"""Change sets: which properties of a bucket, or of a hosted zone, replace it.

The gap: for types that the emulator has no list of, every changed property may replace (`Conditional`), and a release
that touches the function behind a bucket's notifications is refused.
AWS: of a bucket only its name is create-only, of a zone its name and delegation set (the types' schemas in the registry
of CloudFormation, `createOnlyProperties`); everything else says `Replacement: False`.
Conformance: tests/integration/local/test_change_sets.py
"""

from milkrun.local.patches import hooks

CREATE_ONLY = {
    "AWS::S3::Bucket": ("BucketName", "BucketNamePrefix", "BucketNamespace"),
    "AWS::Route53::HostedZone": ("Name", "DelegationSetId"),
}


def apply() -> None:
    """Add the types to the emulator's list."""
    hooks.when_imported("ministack.services.cloudformation.provisioners", _add)


def _add(module: hooks.Module) -> None:
    known = getattr(module, "_REPLACING_PROPERTIES", None)
    if not isinstance(known, dict) or known.keys() & CREATE_ONLY.keys():
        raise hooks.PatchMismatch(f"{module.__name__} knows more types than it did: its patch may not be needed.")
    known.update(CREATE_ONLY)
