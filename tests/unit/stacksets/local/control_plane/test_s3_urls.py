from __future__ import annotations

import pytest

from stacksets.local.control_plane.s3_urls import read_any_url, read_https_url

OBJECT = ("the-bucket", "a/key.json")


@pytest.mark.parametrize(
    "host",
    [
        "the-bucket.s3.amazonaws.com",
        "the-bucket.s3.us-east-1.amazonaws.com",
        "the-bucket.s3-us-west-2.amazonaws.com",
        "the-bucket.s3.dualstack.eu-west-1.amazonaws.com",
        "the-bucket.s3.us-gov-west-1.amazonaws.com",
        "the-bucket.s3.cn-north-1.amazonaws.com.cn",
    ],
)
def test_a_bucket_may_be_named_in_the_host(host):
    assert read_https_url(f"https://{host}/a/key.json") == OBJECT


@pytest.mark.parametrize(
    "host", ["s3.amazonaws.com", "s3.us-east-1.amazonaws.com", "s3-us-west-2.amazonaws.com"]
)
def test_a_bucket_may_be_named_in_the_path(host):
    assert read_https_url(f"https://{host}/the-bucket/a/key.json") == OBJECT


def test_a_key_is_decoded_and_a_query_is_no_part_of_it():
    assert read_https_url("https://b-b.s3.amazonaws.com/a%20b?versionId=1") == ("b-b", "a b")


@pytest.mark.parametrize(
    "url",
    [
        "http://the-bucket.s3.amazonaws.com/key",
        "https://the-bucket.s3-website-us-east-1.amazonaws.com/key",
        "https://example.com/the-bucket/key",
        "https://the-bucket.s3.amazonaws.com.example.com/key",
        "https://the-bucket.s3.amazonaws.com/",
        "https://s3.amazonaws.com/the-bucket",
        "https://s3.amazonaws.com/the-bucket/",
        "s3://the-bucket/key",
        "key",
    ],
)
def test_what_is_no_rest_address_of_an_object_is_none(url):
    assert read_https_url(url) is None


def test_some_addresses_may_be_shorter():
    assert read_any_url("s3://the-bucket/a/key.json") == OBJECT
    assert read_any_url("https://the-bucket.s3.amazonaws.com/a/key.json") == OBJECT
    assert read_any_url("s3://the-bucket") is None
    assert read_any_url("ftp://the-bucket/key") is None
