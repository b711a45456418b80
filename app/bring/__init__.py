"""The page "Bring your own": scores made elsewhere, looked at before they are kept."""
