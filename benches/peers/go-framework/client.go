package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

// client talks to the Wavix API.
type client struct {
	base    *url.URL
	key     string
	http    *http.Client
	numbers sharedNumbers
}

func newClient(base *url.URL, key string, timeout time.Duration, retries int) *client {
	retrying := retryablehttp.NewClient()
	retrying.Logger = nil
	retrying.RetryMax = retries
	retrying.HTTPClient.Timeout = timeout
	// The last answer says more than "giving up after 5 attempts".
	retrying.ErrorHandler = retryablehttp.PassthroughErrorHandler
	return &client{base: base, key: key, http: retrying.StandardClient()}
}

// apiError is an answer that is not a success.
type apiError struct {
	status int
	body   string
}

func (e *apiError) Error() string { return fmt.Sprintf("HTTP %d: %s", e.status, e.body) }

func isNotFound(err error) bool {
	var answer *apiError
	return errors.As(err, &answer) && answer.status == http.StatusNotFound
}

// call sends one request. What follows the result are names and values of the query.
func (c *client) call(ctx context.Context, method, path string, body, result any, query ...string) error {
	var reader io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			return err
		}
		reader = bytes.NewReader(encoded)
	}
	target := c.base.JoinPath(path)
	parameters := url.Values{}
	for index := 0; index+1 < len(query); index += 2 {
		parameters.Set(query[index], query[index+1])
	}
	target.RawQuery = parameters.Encode()
	request, err := http.NewRequestWithContext(ctx, method, target.String(), reader)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+c.key)
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", "terraform-provider-wavix-go/"+version)
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := c.http.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode < 200 || response.StatusCode > 299 {
		return &apiError{status: response.StatusCode, body: string(answer)}
	}
	if result == nil {
		return nil
	}
	return json.Unmarshal(answer, result)
}

type allowedIP struct {
	IP string `json:"ip"`
}

type hostRequest struct {
	Host string `json:"host"`
}

// trunkBody is what create and update send; the API replaces the whole trunk.
type trunkBody struct {
	Label                   string       `json:"label"`
	Password                string       `json:"password"`
	HostRequest             *hostRequest `json:"host_request,omitempty"`
	CallerID                string       `json:"callerid"`
	MultipleNumbers         bool         `json:"multiple_numbers"`
	IPRestrict              bool         `json:"ip_restrict"`
	AllowedIPs              []allowedIP  `json:"allowed_ips"`
	DIDInfoEnabled          bool         `json:"didinfo_enabled"`
	CallRestrict            bool         `json:"call_restrict"`
	CallLimit               *int64       `json:"call_limit,omitempty"`
	CostLimit               bool         `json:"cost_limit"`
	MaxCallCost             *json.Number `json:"max_call_cost,omitempty"`
	ChannelsRestrict        bool         `json:"channels_restrict"`
	MaxChannels             *int64       `json:"max_channels,omitempty"`
	RewriteEnabled          bool         `json:"rewrite_enabled"`
	RewritePrefix           string       `json:"rewrite_prefix"`
	RewriteCond             string       `json:"rewrite_cond"`
	CallRecordingEnabled    bool         `json:"call_recording_enabled"`
	TranscriptionEnabled    bool         `json:"transcription_enabled"`
	TranscriptionThreshold  int64        `json:"transcription_threshold"`
	MachineDetectionEnabled bool         `json:"machine_detection_enabled"`
	EncryptedMedia          bool         `json:"encrypted_media"`
}

// trunk is what create, get and update answer.
type trunk struct {
	ID                      int64       `json:"id"`
	Name                    string      `json:"name"`
	Label                   string      `json:"label"`
	CallerID                string      `json:"callerid"`
	MultipleNumbers         bool        `json:"multiple_numbers"`
	IPRestrict              bool        `json:"ip_restrict"`
	AllowedIPs              []allowedIP `json:"allowed_ips"`
	DIDInfoEnabled          bool        `json:"didinfo_enabled"`
	CallRestrict            bool        `json:"call_restrict"`
	CallLimit               *int64      `json:"call_limit"`
	CostLimit               bool        `json:"cost_limit"`
	MaxCallCost             *string     `json:"max_call_cost"`
	ChannelsRestrict        bool        `json:"channels_restrict"`
	MaxChannels             *int64      `json:"max_channels"`
	RewriteEnabled          bool        `json:"rewrite_enabled"`
	RewritePrefix           string      `json:"rewrite_prefix"`
	RewriteCond             string      `json:"rewrite_cond"`
	CallRecordingEnabled    bool        `json:"call_recording_enabled"`
	TranscriptionEnabled    bool        `json:"transcription_enabled"`
	TranscriptionThreshold  int64       `json:"transcription_threshold"`
	MachineDetectionEnabled bool        `json:"machine_detection_enabled"`
	EncryptedMedia          bool        `json:"encrypted_media"`
	CreatedAt               string      `json:"created_at"`
	Host                    string      `json:"host"`
	Passthrough             bool        `json:"passthrough"`
	AccessToken             *string     `json:"access_token"`
}

// trunkSummary is an item of the list: it alone knows the status.
type trunkSummary struct {
	ID          int64        `json:"id"`
	AuthMethod  string       `json:"auth_method"`
	Status      string       `json:"status"`
	HostRequest *hostRequest `json:"host_request"`
}

type trunkPage struct {
	Trunks     []trunkSummary `json:"sip_trunks"`
	Pagination struct {
		TotalPages int `json:"total_pages"`
	} `json:"pagination"`
}

func (c *client) createTrunk(ctx context.Context, body *trunkBody) (*trunk, error) {
	var result trunk
	return &result, c.call(ctx, http.MethodPost, "/v1/trunks", body, &result)
}

func (c *client) readTrunk(ctx context.Context, id string) (*trunk, error) {
	var result trunk
	return &result, c.call(ctx, http.MethodGet, "/v1/trunks/"+url.PathEscape(id), nil, &result)
}

func (c *client) updateTrunk(ctx context.Context, id string, body *trunkBody) (*trunk, error) {
	var result trunk
	return &result, c.call(ctx, http.MethodPut, "/v1/trunks/"+url.PathEscape(id), body, &result)
}

func (c *client) deleteTrunk(ctx context.Context, id string) error {
	return c.call(ctx, http.MethodDelete, "/v1/trunks/"+url.PathEscape(id), nil, nil)
}
