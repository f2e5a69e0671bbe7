package main

import (
	"context"
	"fmt"
	"math/big"
	"net/url"
	"os"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

const (
	defaultBaseURL  = "https://api.wavix.com"
	defaultTimeout  = 30 * time.Second
	defaultRetries  = 4
	environmentNote = " May also be set with the environment variable "
)

type wavixProvider struct{}

type providerModel struct {
	APIKey                 types.String `tfsdk:"api_key"`
	BaseURL                types.String `tfsdk:"base_url"`
	AuthScheme             types.String `tfsdk:"auth_scheme"`
	RequestTimeout         types.String `tfsdk:"request_timeout"`
	MaxRetries             types.Number `tfsdk:"max_retries"`
	RequestsPerSecond      types.Number `tfsdk:"requests_per_second"`
	MaxConcurrentRequests  types.Number `tfsdk:"max_concurrent_requests"`
	HTTPProxy              types.String `tfsdk:"http_proxy"`
	CABundle               types.String `tfsdk:"ca_bundle"`
	AllowedAccountIDs      types.Set    `tfsdk:"allowed_account_ids"`
	SkipAccountLimitChecks types.Bool   `tfsdk:"skip_account_limit_checks"`
	UserAgentSuffix        types.String `tfsdk:"user_agent_suffix"`
}

func newProvider() provider.Provider { return &wavixProvider{} }

func (*wavixProvider) Metadata(_ context.Context, _ provider.MetadataRequest, response *provider.MetadataResponse) {
	response.TypeName = "wavix"
	response.Version = version
}

func (*wavixProvider) Schema(_ context.Context, _ provider.SchemaRequest, response *provider.SchemaResponse) {
	response.Schema = schema.Schema{
		MarkdownDescription: "Manages SIP trunks of [Wavix](https://wavix.com).",
		Attributes: map[string]schema.Attribute{
			"api_key": schema.StringAttribute{
				Optional: true, Sensitive: true,
				MarkdownDescription: "API key." + environmentNote + "`WAVIX_API_KEY`.",
			},
			"base_url": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Root of the API." + environmentNote + "`WAVIX_BASE_URL`.",
			},
			"auth_scheme": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "How the key is sent. Only `bearer` is supported.",
			},
			"request_timeout": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Time allowed for one request, such as `30s`.",
			},
			"max_retries": schema.NumberAttribute{
				Optional:            true,
				MarkdownDescription: "How often a failed request is sent again. Defaults to `4`.",
			},
			"requests_per_second": schema.NumberAttribute{
				Optional:            true,
				MarkdownDescription: "Most requests per second.",
			},
			"max_concurrent_requests": schema.NumberAttribute{
				Optional:            true,
				MarkdownDescription: "Most requests at once.",
			},
			"http_proxy": schema.StringAttribute{
				Optional: true, Sensitive: true,
				MarkdownDescription: "URL of the proxy to use.",
			},
			"ca_bundle": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Path of a PEM file with certificates to trust.",
			},
			"allowed_account_ids": schema.SetAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: "Ids of the accounts that may be worked on.",
			},
			"skip_account_limit_checks": schema.BoolAttribute{
				Optional:            true,
				MarkdownDescription: "Do not compare limits with those of the account.",
			},
			"user_agent_suffix": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Text to put at the end of the `User-Agent` header.",
			},
		},
	}
}

func (*wavixProvider) Configure(ctx context.Context, request provider.ConfigureRequest, response *provider.ConfigureResponse) {
	var config providerModel
	response.Diagnostics.Append(request.Config.Get(ctx, &config)...)
	if response.Diagnostics.HasError() {
		return
	}
	key := firstOf(config.APIKey.ValueString(), os.Getenv("WAVIX_API_KEY"))
	if key == "" && !config.APIKey.IsUnknown() {
		response.Diagnostics.AddAttributeError(path.Root("api_key"), "Missing API key",
			"Set api_key or the environment variable WAVIX_API_KEY.")
		return
	}
	base, err := url.Parse(firstOf(config.BaseURL.ValueString(), os.Getenv("WAVIX_BASE_URL"), defaultBaseURL))
	if err != nil {
		response.Diagnostics.AddAttributeError(path.Root("base_url"), "Invalid base URL", err.Error())
		return
	}
	timeout := defaultTimeout
	if text := firstOf(config.RequestTimeout.ValueString(), os.Getenv("WAVIX_REQUEST_TIMEOUT")); text != "" {
		if timeout, err = time.ParseDuration(text); err != nil {
			response.Diagnostics.AddAttributeError(path.Root("request_timeout"), "Invalid timeout", err.Error())
			return
		}
	}
	retries := defaultRetries
	if number := config.MaxRetries.ValueBigFloat(); number != nil && !config.MaxRetries.IsNull() {
		whole, accuracy := number.Int64()
		if accuracy != big.Exact || whole < 0 {
			response.Diagnostics.AddAttributeError(path.Root("max_retries"), "Invalid number of retries",
				fmt.Sprintf("%s is not a whole number from 0.", number.String()))
			return
		}
		retries = int(whole)
	}
	client := newClient(base, key, timeout, retries)
	response.ResourceData = client
	response.DataSourceData = client
}

func (*wavixProvider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{newSIPTrunkResource, newPhoneNumberResource}
}

func (*wavixProvider) DataSources(context.Context) []func() datasource.DataSource { return nil }

func firstOf(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}
