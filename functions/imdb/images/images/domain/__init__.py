"""The rules of the graphlet of images, pure: which picture is first, and how a picture is drawn."""
